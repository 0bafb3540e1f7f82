// A platform's view in the shape that the page shows: posts with their comments, and private chats.

/** The reactions that the page offers: the name that texts and Facebook use, and the emoji that is sent. */
export const REACTIONS = { like: "👍", love: "❤️", care: "🤗", haha: "😄", wow: "😮", sad: "😢", angry: "😠" };
export const CHAT_REACTIONS = { like: "👍", love: "❤️", wow: "😮", sad: "😢", angry: "😠" };
/** Platforms whose posts or messages have a subject, and those that rate. */
export const TITLED = new Set(["discourse", "email", "reddit"]);
export const RATED = new Set(["google"]);
const OTHER_SIGNS = { smile: "😆", dislike: "👎", other: "❤️" };
const NAMES = Object.fromEntries(Object.entries(REACTIONS).map(([name, sign]) => [sign, name]));

/** The emoji of a reaction, whose name is one of Facebook's or the emoji itself. */
export function signOf(reaction) {
  return REACTIONS[reaction] ?? OTHER_SIGNS[reaction] ?? reaction;
}

/** A platform's view in the page's shape. */
export function pageOf(view) {
  const names = new Map(view.people.map((person) => [person.id, person.name]));
  names.set(view.account.id, view.account.name);
  const threads = view.threads.map((thread) => ({ ...thread, messages: thread.messages.filter((message) => !message.removed) }));
  return {
    now: view.now,
    can: new Set(view.can),
    account: view.account,
    posts: threads.filter((thread) => thread.public && thread.messages.length).map((thread) => post(thread, names)),
    chats: threads.filter((thread) => !thread.public && thread.person).map((thread) => chat(thread, names)),
  };
}

function post(thread, names) {
  const [first, ...rest] = thread.messages;
  const parents = new Map(rest.map((message) => [message.id, message.parent_id]));
  return {
    ...entry(first, names),
    title: thread.title ?? "",
    open: thread.open,
    comments: rest.map((message) => ({ ...entry(message, names), parent_id: shownParent(first.id, message, parents) })),
  };
}

// The page shows two levels: what is deeper stands below the answer it belongs to.
function shownParent(root, message, parents) {
  let above = message.parent_id;
  while (parents.has(above) && parents.get(above) !== root && parents.has(parents.get(above))) above = parents.get(above);
  return parents.has(above) ? above : root;
}

function chat(thread, names) {
  const read = thread.messages.filter((message) => message.author.own && message.read).map((message) => message.created);
  return {
    id: thread.id,
    title: thread.title ?? "",
    person: thread.person,
    readUntil: Math.max(0, thread.traits.read_until ?? 0, ...read),
    accountReadUntil: thread.traits.page_read_until ?? 0,
    messages: thread.messages.map((message) => ({
      ...entry(message, names),
      isPrivateReply: Boolean(message.traits.private_reply_to),
      choices: message.traits.quick_replies ?? [],
      recipients: message.traits.recipients,
    })),
  };
}

function entry(message, names) {
  return {
    id: message.id,
    author: message.author,
    text: message.text,
    stars: message.traits.stars ?? 0,
    created: message.created,
    edited: Boolean(message.edited),
    editable: message.editable,
    hidden: message.hidden,
    files: message.attachments.map(file),
    reactions: Object.entries(message.reactions).map(([id, reaction]) => ({
      name: names.get(id) ?? id,
      reaction: NAMES[reaction] ?? reaction,
    })),
  };
}

// Some platforms keep an address in the payload, and some files have none.
function file(attachment) {
  const kind = attachment.type === "image" ? "photo" : (attachment.type ?? "file");
  return { kind, url: attachment.url || attachment.payload?.url || "", name: attachment.name ?? "" };
}
