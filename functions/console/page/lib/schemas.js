/**
 * The types of what the API takes and gives, from docs/openapi.yaml: infra/page/types.mjs writes them for the type checker.
 * Nothing here is in the bundle.
 */

/**
 * @typedef {import("openapi").components["schemas"]} Schemas
 * @typedef {Omit<Schemas["WholeConversation"], "messages" | "routes"> & {messages: Message[], routes: Route[]}} Conversation as
 *   it is opened
 * @typedef {Schemas["Conversation"]} ListedConversation as lists show it
 * @typedef {Omit<Schemas["Message"], "state"> & {state: Schemas["Message"]["state"] | "leaving"}} Message as the API gives it,
 *   or on its way there
 * @typedef {Schemas["SentMessage"]} SentMessage
 * @typedef {Schemas["Post"]} Post of the company's own
 * @typedef {Schemas["CommentedPost"]} CommentedPost a post of the company's with open comments
 * @typedef {Schemas["Proposal"]} Proposal a post of somebody who looks for advice
 * @typedef {Schemas["SavedSearch"]} SavedSearch a search for people who look for advice
 * @typedef {Schemas["NewSearch"]} NewSearch
 * @typedef {Schemas["TriedSearch"]} TriedSearch what a search finds before it is saved
 * @typedef {Schemas["Moderation"]} Moderation what can be done with a message on the platform
 * @typedef {Schemas["Attachment"]} Attachment
 * @typedef {Schemas["Event"]} Event what was done with a conversation beside writing
 * @typedef {Schemas["Route"]} Route a way in which a conversation can be answered
 * @typedef {Schemas["FollowUp"]} FollowUp
 * @typedef {Schemas["Outcome"]} Outcome
 * @typedef {Schemas["Plan"]} Plan
 * @typedef {Schemas["Person"]} Person
 * @typedef {Schemas["ForMe"]} ForMe
 * @typedef {Schemas["ForMeEntry"]} ForMeEntry
 * @typedef {Schemas["AgentStatus"]} AgentStatus
 * @typedef {Schemas["View"]} SavedView
 * @typedef {Schemas["Colleague"]} Agent
 * @typedef {Schemas["AgentAccount"]} AgentAccount an account as administrators see it
 * @typedef {Schemas["CustomerCard"]} CustomerCard
 * @typedef {Schemas["Me"]} Me
 * @typedef {Schemas["Team"]} Team
 * @typedef {Required<Schemas["Hours"]>} Hours as the API gives them: all there
 * @typedef {Schemas["InboxCounts"]} InboxCounts
 * @typedef {Schemas["FilledTemplate"]} FilledTemplate a template for a conversation
 * @typedef {Schemas["Template"]} Template
 * @typedef {Schemas["TemplateFile"]} TemplateFile
 * @typedef {Schemas["Macro"]} Macro
 * @typedef {Schemas["MacroPreview"]} MacroPreview what a macro would do in a conversation now
 * @typedef {Schemas["Unread"]} UnreadableMessage
 * @typedef {Schemas["UnreadGroup"]} UnreadGroup what could not be read of one account for one reason
 * @typedef {Schemas["UnreadTried"]} UnreadTried what came of a second try
 * @typedef {Schemas["ListedOptOut"]} OptOut
 * @typedef {Schemas["LeftOutMail"]} LeftOutMail
 * @typedef {Schemas["Audit"]["items"][number]} AuditEntry
 * @typedef {Schemas["Check"]} HealthCheck
 * @typedef {Schemas["Connection"]} Connection
 * @typedef {Schemas["ConnectableChannel"]} ConnectableChannel
 * @typedef {Schemas["OneOfMany"]} BulkEntry one conversation of a bulk follow-up
 * @typedef {Schemas["RoutingRule"]} RoutingRule
 * @typedef {Schemas["RoutingTest"]} RoutingTest
 * @typedef {Schemas["Overview"]} Overview
 * @typedef {Schemas["Board"]} Board what waits now
 * @typedef {Schemas["Advocate"]} Advocate somebody who speaks for the company
 * @typedef {Schemas["OutreachReport"]} OutreachReport what became of the posts that searches found
 * @typedef {Schemas["Breakdown"]} Breakdown what came of conversations, by agent, tag and hour
 * @typedef {Schemas["BreakdownLine"]} BreakdownLine
 */

export {};
