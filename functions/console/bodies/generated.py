"""Checks of request bodies, written by `python -m infra.request_bodies` from docs/openapi.yaml."""

from __future__ import annotations

from typing import Any

from console.bodies import json_types as check


def _log_call(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"kind", "team", "summary", "name", "number", "customer", "at", "resolve"},
        ("kind", "team", "summary"),
    )
    check.choice(value["kind"], f"{path}.kind", ("phone", "visit"))
    check.string(value["team"], f"{path}.team", most=50)
    check.string(value["summary"], f"{path}.summary", most=20000)
    if (item := value.get("name")) is not None:
        check.string(item, f"{path}.name", most=200)
    if (item := value.get("number")) is not None:
        check.string(item, f"{path}.number", most=50)
    if (item := value.get("customer")) is not None:
        check.string(item, f"{path}.customer", most=32)
    if (item := value.get("at")) is not None:
        check.string(item, f"{path}.at")
    if (item := value.get("resolve")) is not None:
        check.boolean(item, f"{path}.resolve")


def _status(value: Any, path: str) -> None:
    check.choice(value, path, ("open", "waiting", "snoozed", "resolved"))


def _medium(value: Any, path: str) -> None:
    check.choice(
        value,
        path,
        (
            "bluesky",
            "discourse",
            "email",
            "facebook",
            "google",
            "instagram",
            "mastodon",
            "reddit",
            "telegram",
            "threads",
            "whatsapp",
            "x",
            "phone",
            "visit",
        ),
    )


def _visibility(value: Any, path: str) -> None:
    check.choice(value, path, ("public", "private"))


def _sort_order(value: Any, path: str) -> None:
    check.choice(value, path, ("urgent", "newest", "longest_waiting"))


def _view_filters(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {
            "status",
            "team",
            "channel",
            "assignee",
            "tag",
            "mentioned",
            "unread",
            "read",
            "visibility",
            "since",
            "until",
            "days",
            "sort",
        },
    )
    if "status" in value:
        _status(value["status"], f"{path}.status")
    if "team" in value:
        check.string(value["team"], f"{path}.team", least=1, most=100)
    if "channel" in value:
        for each, at in check.items(value["channel"], f"{path}.channel", most=20):
            _medium(each, at)
    if "assignee" in value:
        check.string(value["assignee"], f"{path}.assignee", least=1, most=100)
    if "tag" in value:
        for each, at in check.items(value["tag"], f"{path}.tag", most=20):
            check.string(each, at, least=1, most=100)
    if "mentioned" in value:
        check.choice(value["mentioned"], f"{path}.mentioned", ("me",))
    if "unread" in value:
        check.choice(value["unread"], f"{path}.unread", ("true", "false"))
    if "read" in value:
        check.choice(value["read"], f"{path}.read", ("true", "false"))
    if "visibility" in value:
        _visibility(value["visibility"], f"{path}.visibility")
    if "since" in value:
        check.string(value["since"], f"{path}.since", most=40)
    if "until" in value:
        check.string(value["until"], f"{path}.until", most=40)
    if "days" in value:
        check.string(value["days"], f"{path}.days", most=3, pattern=r"^[1-9][0-9]{0,2}\Z")
    if "sort" in value:
        _sort_order(value["sort"], f"{path}.sort")


def _new_view(value: Any, path: str) -> None:
    check.fields(value, path, {"name", "filters", "team"}, ("name", "filters"))
    check.string(value["name"], f"{path}.name", least=1, most=80)
    _view_filters(value["filters"], f"{path}.filters")
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", least=1, most=100)


def _agent_presence(value: Any, path: str) -> None:
    check.choice(value, path, ("here", "away", "full"))


def _new_status(value: Any, path: str) -> None:
    check.fields(value, path, {"status", "capacity"}, ("status",))
    _agent_presence(value["status"], f"{path}.status")
    if (item := value.get("capacity")) is not None:
        check.integer(item, f"{path}.capacity", least=0, most=999)


def _next_wish(value: Any, path: str) -> None:
    check.fields(value, path, {"team"})
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", least=1, most=100)


def _new_file(value: Any, path: str) -> None:
    check.fields(value, path, {"name", "type", "size", "visibility"}, ("name", "type", "size"))
    check.string(value["name"], f"{path}.name", least=1, most=200)
    check.string(value["type"], f"{path}.type")
    check.integer(value["size"], f"{path}.size", least=0, most=2000000000)
    if (item := value.get("visibility")) is not None:
        check.choice(item, f"{path}.visibility", ("public", "private"))


def _reply_to(value: Any, path: str) -> None:
    check.string(value, path, least=1, most=500)


def _new_follow_up(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"reply_to", "after", "at", "text", "template", "topic", "visibility", "language"},
    )
    if (item := value.get("reply_to")) is not None:
        _reply_to(item, f"{path}.reply_to")
    if (item := value.get("after")) is not None:
        check.string(item, f"{path}.after", most=30)
    if (item := value.get("at")) is not None:
        check.string(item, f"{path}.at")
    if (item := value.get("text")) is not None:
        check.string(item, f"{path}.text")
    if (item := value.get("template")) is not None:
        check.string(item, f"{path}.template")
    if (item := value.get("topic")) is not None:
        check.string(item, f"{path}.topic")
    if (item := value.get("visibility")) is not None:
        check.choice(item, f"{path}.visibility", ("public", "private"))
    if (item := value.get("language")) is not None:
        check.choice(item, f"{path}.language", ("en", "de"))
    check.not_together(value, path, ("after", "at"))
    check.not_together(value, path, ("text", "template"))


def _private_message(value: Any, path: str) -> None:
    check.fields(value, path, {"text"}, ("text",))
    check.string(value["text"], f"{path}.text")


def _new_reply(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {
            "text",
            "visibility",
            "follow_up",
            "resolve",
            "seen",
            "hold_seconds",
            "private",
            "files",
            "split",
            "to",
            "cc",
            "subject",
            "reply_to",
        },
    )
    if (item := value.get("text")) is not None:
        check.string(item, f"{path}.text")
    if (item := value.get("visibility")) is not None:
        check.choice(item, f"{path}.visibility", ("public", "private"))
    if (item := value.get("follow_up")) is not None:
        _new_follow_up(item, f"{path}.follow_up")
    if (item := value.get("resolve")) is not None:
        check.boolean(item, f"{path}.resolve")
    if (item := value.get("seen")) is not None:
        check.string(item, f"{path}.seen")
    if (item := value.get("hold_seconds")) is not None:
        check.integer(item, f"{path}.hold_seconds", least=0, most=10)
    if (item := value.get("private")) is not None:
        _private_message(item, f"{path}.private")
    if (item := value.get("files")) is not None:
        for each, at in check.items(item, f"{path}.files", most=10):
            check.string(each, at, least=1, most=100)
    if (item := value.get("split")) is not None:
        check.boolean(item, f"{path}.split")
    if (item := value.get("to")) is not None:
        for each, at in check.items(item, f"{path}.to"):
            check.string(each, at)
    if (item := value.get("cc")) is not None:
        for each, at in check.items(item, f"{path}.cc"):
            check.string(each, at)
    if (item := value.get("subject")) is not None:
        check.string(item, f"{path}.subject")
    if (item := value.get("reply_to")) is not None:
        _reply_to(item, f"{path}.reply_to")
    check.any_of(value, path, {"text": 0, "files": 1})


def _closing(value: Any, path: str) -> None:
    check.fields(value, path, {"seen"})
    if (item := value.get("seen")) is not None:
        check.string(item, f"{path}.seen")


def _settling(value: Any, path: str) -> None:
    check.fields(value, path, {"arrived"}, ("arrived",))
    check.boolean(value["arrived"], f"{path}.arrived")


def _mentions(value: Any, path: str) -> None:
    for each, at in check.items(value, path, most=20):
        check.string(each, at, least=1, most=100)


def _hand_over(value: Any, path: str) -> None:
    check.fields(value, path, {"assignee", "team", "note", "mentions", "override"})
    if (item := value.get("assignee")) is not None:
        check.string(item, f"{path}.assignee", least=1, most=100)
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", least=1, most=100)
    if (item := value.get("note")) is not None:
        check.string(item, f"{path}.note")
    if (item := value.get("mentions")) is not None:
        _mentions(item, f"{path}.mentions")
    if (item := value.get("override")) is not None:
        check.boolean(item, f"{path}.override")


def _nap(value: Any, path: str) -> None:
    check.fields(value, path, {"after", "until", "seen"})
    if (item := value.get("after")) is not None:
        check.string(item, f"{path}.after", most=30)
    if (item := value.get("until")) is not None:
        check.string(item, f"{path}.until")
    if (item := value.get("seen")) is not None:
        check.string(item, f"{path}.seen")


def _nothing(value: Any, path: str) -> None:
    check.fields(value, path, set())


def _tag_names(value: Any, path: str) -> None:
    for each, at in check.items(value, path, most=20):
        check.string(each, at, least=1, most=50, pattern=r"\S")


def _marks(value: Any, path: str) -> None:
    check.fields(value, path, {"add", "remove"})
    if (item := value.get("add")) is not None:
        _tag_names(item, f"{path}.add")
    if (item := value.get("remove")) is not None:
        _tag_names(item, f"{path}.remove")


def _several_ids(value: Any, path: str) -> None:
    for each, at in check.items(value, path, least=1, most=50):
        check.string(each, at, least=1, most=100)


def _several_unread(value: Any, path: str) -> None:
    for each, at in check.entries(value, path):
        check.integer(each, at)


def _several_assign(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"ids", "action", "unread", "assignee", "team", "note", "mentions", "override"},
        ("ids", "action"),
    )
    _several_ids(value["ids"], f"{path}.ids")
    check.choice(value["action"], f"{path}.action", ("assign",))
    if (item := value.get("unread")) is not None:
        _several_unread(item, f"{path}.unread")
    if (item := value.get("assignee")) is not None:
        check.string(item, f"{path}.assignee", least=1, most=100)
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", least=1, most=100)
    if (item := value.get("note")) is not None:
        check.string(item, f"{path}.note")
    if (item := value.get("mentions")) is not None:
        _mentions(item, f"{path}.mentions")
    if (item := value.get("override")) is not None:
        check.boolean(item, f"{path}.override")


def _several_tag(value: Any, path: str) -> None:
    check.fields(value, path, {"ids", "action", "unread", "add", "remove"}, ("ids", "action"))
    _several_ids(value["ids"], f"{path}.ids")
    check.choice(value["action"], f"{path}.action", ("tag",))
    if (item := value.get("unread")) is not None:
        _several_unread(item, f"{path}.unread")
    if (item := value.get("add")) is not None:
        _tag_names(item, f"{path}.add")
    if (item := value.get("remove")) is not None:
        _tag_names(item, f"{path}.remove")


def _several_snooze(value: Any, path: str) -> None:
    check.fields(value, path, {"ids", "action", "unread", "after", "until"}, ("ids", "action"))
    _several_ids(value["ids"], f"{path}.ids")
    check.choice(value["action"], f"{path}.action", ("snooze",))
    if (item := value.get("unread")) is not None:
        _several_unread(item, f"{path}.unread")
    if (item := value.get("after")) is not None:
        check.string(item, f"{path}.after", most=30)
    if (item := value.get("until")) is not None:
        check.string(item, f"{path}.until")


def _several_resolve(value: Any, path: str) -> None:
    check.fields(value, path, {"ids", "action", "unread"}, ("ids", "action"))
    _several_ids(value["ids"], f"{path}.ids")
    check.choice(value["action"], f"{path}.action", ("resolve",))
    if (item := value.get("unread")) is not None:
        _several_unread(item, f"{path}.unread")


def _several_reopen(value: Any, path: str) -> None:
    check.fields(value, path, {"ids", "action", "unread"}, ("ids", "action"))
    _several_ids(value["ids"], f"{path}.ids")
    check.choice(value["action"], f"{path}.action", ("reopen",))
    if (item := value.get("unread")) is not None:
        _several_unread(item, f"{path}.unread")


def _several(value: Any, path: str) -> None:
    check.by_value(
        value,
        path,
        "action",
        {
            "assign": _several_assign,
            "tag": _several_tag,
            "snooze": _several_snooze,
            "resolve": _several_resolve,
            "reopen": _several_reopen,
        },
    )


def _macro_use(value: Any, path: str) -> None:
    check.fields(value, path, {"seen", "hold_seconds", "override"})
    if (item := value.get("seen")) is not None:
        check.string(item, f"{path}.seen")
    if (item := value.get("hold_seconds")) is not None:
        check.integer(item, f"{path}.hold_seconds", least=0, most=10)
    if (item := value.get("override")) is not None:
        check.boolean(item, f"{path}.override")


def _macro_actions_item_reply_reply(value: Any, path: str) -> None:
    check.fields(value, path, {"text"}, ("text",))
    check.string(value["text"], f"{path}.text")


def _macro_actions_item_reply(value: Any, path: str) -> None:
    check.fields(value, path, {"reply"}, ("reply",))
    _macro_actions_item_reply_reply(value["reply"], f"{path}.reply")


def _macro_actions_item_resolve(value: Any, path: str) -> None:
    check.fields(value, path, {"resolve"}, ("resolve",))
    check.choice(value["resolve"], f"{path}.resolve", (True,))


def _macro_actions_item_follow_up(value: Any, path: str) -> None:
    check.fields(value, path, {"follow_up"}, ("follow_up",))
    _new_follow_up(value["follow_up"], f"{path}.follow_up")


def _macro_actions_item_tag(value: Any, path: str) -> None:
    check.fields(value, path, {"tag"}, ("tag",))
    _marks(value["tag"], f"{path}.tag")


def _macro_actions_item_assign_assign(value: Any, path: str) -> None:
    check.fields(value, path, {"assignee", "team"})
    if (item := value.get("assignee")) is not None:
        check.string(item, f"{path}.assignee", least=1, most=100)
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", least=1, most=100)


def _macro_actions_item_assign(value: Any, path: str) -> None:
    check.fields(value, path, {"assign"}, ("assign",))
    _macro_actions_item_assign_assign(value["assign"], f"{path}.assign")


def _macro_actions_item_snooze_snooze(value: Any, path: str) -> None:
    check.fields(value, path, {"after"}, ("after",))
    check.string(value["after"], f"{path}.after", most=30)


def _macro_actions_item_snooze(value: Any, path: str) -> None:
    check.fields(value, path, {"snooze"}, ("snooze",))
    _macro_actions_item_snooze_snooze(value["snooze"], f"{path}.snooze")


def _macro_actions(value: Any, path: str) -> None:
    for each, at in check.items(value, path, least=1, most=6):
        check.by_name(
            each,
            at,
            {
                "reply": _macro_actions_item_reply,
                "resolve": _macro_actions_item_resolve,
                "follow_up": _macro_actions_item_follow_up,
                "tag": _macro_actions_item_tag,
                "assign": _macro_actions_item_assign,
                "snooze": _macro_actions_item_snooze,
            },
        )


def _new_macro(value: Any, path: str) -> None:
    check.fields(value, path, {"title", "actions"}, ("title", "actions"))
    check.string(value["title"], f"{path}.title", least=1, most=80, pattern=r"\S")
    _macro_actions(value["actions"], f"{path}.actions")


def _roles(value: Any, path: str) -> None:
    for each, at in check.items(value, path, least=1, most=3):
        check.choice(each, at, ("agent", "lead", "admin"))


def _invite_agent(value: Any, path: str) -> None:
    check.fields(value, path, {"email", "name", "groups", "teams"}, ("email", "name", "groups"))
    check.string(value["email"], f"{path}.email", least=3, most=254, pattern=r"@")
    check.string(value["name"], f"{path}.name", least=1, most=100)
    _roles(value["groups"], f"{path}.groups")
    if (item := value.get("teams")) is not None:
        for each, at in check.items(item, f"{path}.teams", most=100):
            check.string(each, at)


def _change_agent(value: Any, path: str) -> None:
    check.fields(value, path, {"groups", "teams", "active"})
    if (item := value.get("groups")) is not None:
        _roles(item, f"{path}.groups")
    if (item := value.get("teams")) is not None:
        for each, at in check.items(item, f"{path}.teams", most=100):
            check.string(each, at)
    if (item := value.get("active")) is not None:
        check.boolean(item, f"{path}.active")


def _new_note(value: Any, path: str) -> None:
    check.fields(value, path, {"mentions", "text"}, ("text",))
    if (item := value.get("mentions")) is not None:
        _mentions(item, f"{path}.mentions")
    check.string(value["text"], f"{path}.text")


def _new_forward(value: Any, path: str) -> None:
    check.fields(value, path, {"to", "text", "message", "files", "connection", "hold_seconds"}, ("to", "text"))
    check.string(value["to"], f"{path}.to")
    check.string(value["text"], f"{path}.text")
    if (item := value.get("message")) is not None:
        check.string(item, f"{path}.message")
    if (item := value.get("files")) is not None:
        check.boolean(item, f"{path}.files")
    if (item := value.get("connection")) is not None:
        check.string(item, f"{path}.connection")
    if (item := value.get("hold_seconds")) is not None:
        check.integer(item, f"{path}.hold_seconds", least=0, most=10)


def _how_far_read(value: Any, path: str) -> None:
    check.fields(value, path, {"seen"})
    if (item := value.get("seen")) is not None:
        check.string(item, f"{path}.seen", least=1, most=300)


def _judgement(value: Any, path: str) -> None:
    check.fields(value, path, {"outcome", "resolve", "seen"}, ("outcome",))
    check.choice(value["outcome"], f"{path}.outcome", ("solved", "still_broken", "other", "no_answer"))
    if (item := value.get("resolve")) is not None:
        check.boolean(item, f"{path}.resolve")
    if (item := value.get("seen")) is not None:
        check.string(item, f"{path}.seen")


def _conversation_id(value: Any, path: str) -> None:
    check.string(value, path, pattern=r"^[a-z2-7]{26}(-[a-z2-7]{13})?\Z")


def _new_plan(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"reply_to", "after", "at", "text", "template", "topic", "visibility", "language", "conversation", "answer"},
        ("conversation",),
    )
    if (item := value.get("reply_to")) is not None:
        _reply_to(item, f"{path}.reply_to")
    if (item := value.get("after")) is not None:
        check.string(item, f"{path}.after", most=30)
    if (item := value.get("at")) is not None:
        check.string(item, f"{path}.at")
    if (item := value.get("text")) is not None:
        check.string(item, f"{path}.text")
    if (item := value.get("template")) is not None:
        check.string(item, f"{path}.template")
    if (item := value.get("topic")) is not None:
        check.string(item, f"{path}.topic")
    if (item := value.get("visibility")) is not None:
        check.choice(item, f"{path}.visibility", ("public", "private"))
    if (item := value.get("language")) is not None:
        check.choice(item, f"{path}.language", ("en", "de"))
    _conversation_id(value["conversation"], f"{path}.conversation")
    if (item := value.get("answer")) is not None:
        check.string(item, f"{path}.answer")
    check.not_together(value, path, ("after", "at"))
    check.not_together(value, path, ("text", "template"))


def _channel(value: Any, path: str) -> None:
    check.choice(
        value,
        path,
        (
            "bluesky",
            "discourse",
            "email",
            "facebook",
            "google",
            "instagram",
            "mastodon",
            "reddit",
            "telegram",
            "threads",
            "whatsapp",
            "x",
        ),
    )


def _rate(value: Any, path: str) -> None:
    check.integer(value, path, least=1, most=3600)


def _selection(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"team", "channel", "answered_since", "answered_until", "words", "follow_up", "per_hour"},
        ("answered_since", "answered_until"),
    )
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team")
    if (item := value.get("channel")) is not None:
        _channel(item, f"{path}.channel")
    check.string(value["answered_since"], f"{path}.answered_since")
    check.string(value["answered_until"], f"{path}.answered_until")
    if (item := value.get("words")) is not None:
        for each, at in check.items(item, f"{path}.words", most=20):
            check.string(each, at, least=1, most=100)
    if (item := value.get("follow_up")) is not None:
        _new_follow_up(item, f"{path}.follow_up")
    if (item := value.get("per_hour")) is not None:
        _rate(item, f"{path}.per_hour")


def _batch(value: Any, path: str) -> None:
    check.string(value, path, pattern=r"^[A-Za-z0-9_-]{8,40}\Z")


def _new_bulk(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"batch", "conversations", "follow_up", "per_hour", "position"},
        ("batch", "conversations"),
    )
    _batch(value["batch"], f"{path}.batch")
    for each, at in check.items(value["conversations"], f"{path}.conversations", least=1, most=100):
        check.string(each, at, least=1, most=100)
    if (item := value.get("follow_up")) is not None:
        _new_follow_up(item, f"{path}.follow_up")
    if (item := value.get("per_hour")) is not None:
        _rate(item, f"{path}.per_hour")
    if (item := value.get("position")) is not None:
        check.integer(item, f"{path}.position", least=0, most=100000)


def _set_notices_items_item(value: Any, path: str) -> None:
    check.fields(value, path, {"id", "kind", "to", "on"}, ("kind", "on"))
    if (item := value.get("id")) is not None:
        check.string(item, f"{path}.id")
    check.choice(value["kind"], f"{path}.kind", ("slack", "teams", "email"))
    if (item := value.get("to")) is not None:
        check.string(item, f"{path}.to")
    for each, at in check.items(value["on"], f"{path}.on", least=1):
        check.choice(each, at, ("missed", "still_broken", "failed", "approval", "search_paused"))


def _set_notices(value: Any, path: str) -> None:
    check.fields(value, path, {"items"}, ("items",))
    for each, at in check.items(value["items"], f"{path}.items", most=10):
        _set_notices_items_item(each, at)


def _language(value: Any, path: str) -> None:
    check.choice(value, path, ("en", "de"))


def _routing_hours(value: Any, path: str) -> None:
    check.fields(value, path, {"from", "to", "days"}, ("from", "to"))
    check.string(value["from"], f"{path}.from")
    check.string(value["to"], f"{path}.to")
    if (item := value.get("days")) is not None:
        for each, at in check.items(item, f"{path}.days"):
            check.choice(each, at, ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def _set_routing_rules_item_when(value: Any, path: str) -> None:
    check.fields(value, path, {"channels", "connections", "words", "languages", "hours"})
    if (item := value.get("channels")) is not None:
        for each, at in check.items(item, f"{path}.channels", most=50):
            check.string(each, at)
    if (item := value.get("connections")) is not None:
        for each, at in check.items(item, f"{path}.connections", most=50):
            check.string(each, at)
    if (item := value.get("words")) is not None:
        for each, at in check.items(item, f"{path}.words", most=50):
            check.string(each, at)
    if (item := value.get("languages")) is not None:
        for each, at in check.items(item, f"{path}.languages"):
            _language(each, at)
    if (item := value.get("hours")) is not None:
        _routing_hours(item, f"{path}.hours")


def _set_routing_rules_item_assignee(value: Any, path: str) -> None:
    check.fields(value, path, {"id", "name"}, ("id",))
    check.string(value["id"], f"{path}.id")
    if (item := value.get("name")) is not None:
        check.string(item, f"{path}.name")


def _set_routing_rules_item(value: Any, path: str) -> None:
    check.fields(value, path, {"name", "team", "when", "tags", "assignee"}, ("name", "team"))
    check.string(value["name"], f"{path}.name", least=1, most=100)
    check.string(value["team"], f"{path}.team")
    if (item := value.get("when")) is not None:
        _set_routing_rules_item_when(item, f"{path}.when")
    if (item := value.get("tags")) is not None:
        for each, at in check.items(item, f"{path}.tags", most=10):
            check.string(each, at)
    if (item := value.get("assignee")) is not None:
        if isinstance(item, dict):
            _set_routing_rules_item_assignee(item, f"{path}.assignee")
        else:
            check.string(item, f"{path}.assignee")


def _set_routing(value: Any, path: str) -> None:
    check.fields(value, path, {"rules"}, ("rules",))
    for each, at in check.items(value["rules"], f"{path}.rules", most=50):
        _set_routing_rules_item(each, at)


def _test_routing(value: Any, path: str) -> None:
    check.fields(value, path, {"rules", "days"}, ("rules",))
    for each, at in check.items(value["rules"], f"{path}.rules", most=50):
        _set_routing_rules_item(each, at)
    if (item := value.get("days")) is not None:
        check.integer(item, f"{path}.days", least=1, most=400)


def _create_team(value: Any, path: str) -> None:
    check.fields(value, path, {"name", "label"}, ("name",))
    check.string(value["name"], f"{path}.name")
    if (item := value.get("label")) is not None:
        check.string(item, f"{path}.label")


def _name(value: Any, path: str) -> None:
    check.string(value, path)


def _times(value: Any, path: str) -> None:
    for each, at in check.items(value, path):
        check.string(each, at, pattern=r"^[0-9][0-9]:[0-5][0-9]-[0-9][0-9]:[0-5][0-9]\Z")


def _hours_week(value: Any, path: str) -> None:
    check.fields(value, path, {"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
    if "mon" in value:
        _times(value["mon"], f"{path}.mon")
    if "tue" in value:
        _times(value["tue"], f"{path}.tue")
    if "wed" in value:
        _times(value["wed"], f"{path}.wed")
    if "thu" in value:
        _times(value["thu"], f"{path}.thu")
    if "fri" in value:
        _times(value["fri"], f"{path}.fri")
    if "sat" in value:
        _times(value["sat"], f"{path}.sat")
    if "sun" in value:
        _times(value["sun"], f"{path}.sun")


def _hours(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"zone", "week", "country", "subdivision", "closed", "open", "quiet", "customer_zone"},
    )
    if "zone" in value:
        check.string(value["zone"], f"{path}.zone")
    if "week" in value:
        _hours_week(value["week"], f"{path}.week")
    if "country" in value:
        check.string(value["country"], f"{path}.country")
    if "subdivision" in value:
        check.string(value["subdivision"], f"{path}.subdivision")
    if "closed" in value:
        for each, at in check.items(value["closed"], f"{path}.closed"):
            check.string(each, at)
    if "open" in value:
        for each, at in check.items(value["open"], f"{path}.open"):
            check.string(each, at)
    if "quiet" in value:
        _times(value["quiet"], f"{path}.quiet")
    if "customer_zone" in value:
        check.string(value["customer_zone"], f"{path}.customer_zone")


def _after(value: Any, path: str) -> None:
    check.string(value, path, most=30)


def _patience(value: Any, path: str) -> None:
    check.string(value, path, most=30)


def _spread(value: Any, path: str) -> None:
    check.string(value, path, most=30)


def _cap(value: Any, path: str) -> None:
    check.integer(value, path, least=0, most=1000)


def _disclose(value: Any, path: str) -> None:
    check.boolean(value, path)


def _template(value: Any, path: str) -> None:
    check.string(value, path, pattern=r"^[a-z0-9][a-z0-9_-]{0,49}\Z")


def _working_time(value: Any, path: str) -> None:
    check.string(value, path, most=30, pattern=r"^PT(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?\Z")


def _targets(value: Any, path: str) -> None:
    check.fields(value, path, {"first_response", "next_response", "resolution"})
    if "first_response" in value:
        _working_time(value["first_response"], f"{path}.first_response")
    if "next_response" in value:
        _working_time(value["next_response"], f"{path}.next_response")
    if "resolution" in value:
        _working_time(value["resolution"], f"{path}.resolution")


def _members(value: Any, path: str) -> None:
    for each, at in check.items(value, path, most=500):
        check.string(each, at, least=1, most=100)


def _members_only(value: Any, path: str) -> None:
    check.boolean(value, path)


def _approve_offers(value: Any, path: str) -> None:
    check.boolean(value, path)


def _signature(value: Any, path: str) -> None:
    check.fields(value, path, {"en", "de"})
    if "en" in value:
        check.string(value["en"], f"{path}.en", most=1000)
    if "de" in value:
        check.string(value["de"], f"{path}.de", most=1000)


def _assign(value: Any, path: str) -> None:
    check.choice(value, path, ("", "round_robin"))


def _release_after(value: Any, path: str) -> None:
    check.string(value, path)


def _customer_field(value: Any, path: str) -> None:
    check.fields(value, path, {"name", "label", "type", "choices"}, ("name", "label"))
    check.string(value["name"], f"{path}.name", least=1, most=50)
    check.string(value["label"], f"{path}.label", least=1, most=80)
    if "type" in value:
        check.choice(value["type"], f"{path}.type", ("text", "number", "date", "choice"))
    if "choices" in value:
        for each, at in check.items(value["choices"], f"{path}.choices", most=50):
            check.string(each, at, least=1, most=80)


def _customer_fields(value: Any, path: str) -> None:
    for each, at in check.items(value, path, most=30):
        _customer_field(each, at)


def _new_team(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {
            "name",
            "hours",
            "after",
            "patience",
            "spread",
            "cap",
            "disclose",
            "template",
            "language",
            "targets",
            "label",
            "members",
            "members_only",
            "approve_offers",
            "signature",
            "assign",
            "release_after",
            "customer_fields",
        },
    )
    if (item := value.get("name")) is not None:
        _name(item, f"{path}.name")
    if (item := value.get("hours")) is not None:
        _hours(item, f"{path}.hours")
    if (item := value.get("after")) is not None:
        _after(item, f"{path}.after")
    if (item := value.get("patience")) is not None:
        _patience(item, f"{path}.patience")
    if (item := value.get("spread")) is not None:
        _spread(item, f"{path}.spread")
    if (item := value.get("cap")) is not None:
        _cap(item, f"{path}.cap")
    if (item := value.get("disclose")) is not None:
        _disclose(item, f"{path}.disclose")
    if (item := value.get("template")) is not None:
        _template(item, f"{path}.template")
    if (item := value.get("language")) is not None:
        _language(item, f"{path}.language")
    if (item := value.get("targets")) is not None:
        _targets(item, f"{path}.targets")
    if (item := value.get("label")) is not None:
        check.string(item, f"{path}.label")
    if (item := value.get("members")) is not None:
        _members(item, f"{path}.members")
    if (item := value.get("members_only")) is not None:
        _members_only(item, f"{path}.members_only")
    if (item := value.get("approve_offers")) is not None:
        _approve_offers(item, f"{path}.approve_offers")
    if (item := value.get("signature")) is not None:
        _signature(item, f"{path}.signature")
    if (item := value.get("assign")) is not None:
        _assign(item, f"{path}.assign")
    if (item := value.get("release_after")) is not None:
        _release_after(item, f"{path}.release_after")
    if (item := value.get("customer_fields")) is not None:
        _customer_fields(item, f"{path}.customer_fields")


def _template_file_use(value: Any, path: str) -> None:
    check.fields(value, path, {"visibility"})
    if (item := value.get("visibility")) is not None:
        check.choice(item, f"{path}.visibility", ("public", "private"))


def _template_kind(value: Any, path: str) -> None:
    check.choice(value, path, ("question", "answer"))


def _new_template(value: Any, path: str) -> None:
    check.fields(value, path, {"kind", "text", "title", "folder", "files"}, ("text",))
    if (item := value.get("kind")) is not None:
        _template_kind(item, f"{path}.kind")
    check.string(value["text"], f"{path}.text")
    if (item := value.get("title")) is not None:
        check.string(item, f"{path}.title", most=80)
    if (item := value.get("folder")) is not None:
        check.string(item, f"{path}.folder", most=80)
    if (item := value.get("files")) is not None:
        for each, at in check.items(item, f"{path}.files", most=4):
            check.string(each, at)


def _attention_state(value: Any, path: str) -> None:
    check.choice(value, path, ("open", "answered", "acknowledged", "none"))


def _new_attention(value: Any, path: str) -> None:
    check.fields(value, path, {"state", "reason", "seen"}, ("state",))
    _attention_state(value["state"], f"{path}.state")
    if (item := value.get("reason")) is not None:
        check.string(item, f"{path}.reason", most=200)
    if (item := value.get("seen")) is not None:
        check.string(item, f"{path}.seen")


def _set_speaker(value: Any, path: str) -> None:
    check.fields(value, path, {"speaker"})
    if (item := value.get("speaker")) is not None:
        check.choice(item, f"{path}.speaker", ("customer", "helper", "bystander", "company"))


def _thank_helper(value: Any, path: str) -> None:
    check.fields(value, path, {"text", "hold_seconds"})
    if (item := value.get("text")) is not None:
        check.string(item, f"{path}.text")
    if (item := value.get("hold_seconds")) is not None:
        check.integer(item, f"{path}.hold_seconds", least=0, most=10)


def _moderation(value: Any, path: str) -> None:
    check.choice(
        value,
        path,
        ("hide", "show", "delete", "block", "unblock", "like", "unlike", "accept", "edit"),
    )


def _moderate(value: Any, path: str) -> None:
    check.fields(value, path, {"action", "message_id", "text"}, ("action",))
    _moderation(value["action"], f"{path}.action")
    if (item := value.get("message_id")) is not None:
        check.string(item, f"{path}.message_id")
    if (item := value.get("text")) is not None:
        check.string(item, f"{path}.text")


def _pairs(value: Any, path: str) -> None:
    for each, at in check.entries(value, path, most=30):
        check.string(each, at, most=4000)


def _connect_account(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"channel", "name", "secrets", "options", "team", "account_id", "account_name"},
        ("channel", "name"),
    )
    check.string(value["channel"], f"{path}.channel", least=1, most=200)
    check.string(value["name"], f"{path}.name", least=1, most=200)
    if (item := value.get("secrets")) is not None:
        _pairs(item, f"{path}.secrets")
    if (item := value.get("options")) is not None:
        _pairs(item, f"{path}.options")
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", most=200)
    if (item := value.get("account_id")) is not None:
        check.string(item, f"{path}.account_id", most=200)
    if (item := value.get("account_name")) is not None:
        check.string(item, f"{path}.account_name", most=200)


def _begin_sign_in(value: Any, path: str) -> None:
    check.fields(value, path, {"channel", "name", "secrets", "options", "team", "renews"}, ("channel", "name"))
    check.string(value["channel"], f"{path}.channel", least=1, most=200)
    check.string(value["name"], f"{path}.name", least=1, most=200)
    if (item := value.get("secrets")) is not None:
        _pairs(item, f"{path}.secrets")
    if (item := value.get("options")) is not None:
        _pairs(item, f"{path}.options")
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", most=200)
    if (item := value.get("renews")) is not None:
        check.boolean(item, f"{path}.renews")


def _finish_sign_in(value: Any, path: str) -> None:
    check.fields(value, path, {"code", "error"})
    if (item := value.get("code")) is not None:
        check.string(item, f"{path}.code", most=4000)
    if (item := value.get("error")) is not None:
        check.string(item, f"{path}.error", most=200)


def _choose_sign_in_account(value: Any, path: str) -> None:
    check.fields(value, path, {"account_id"}, ("account_id",))
    check.string(value["account_id"], f"{path}.account_id", least=1, most=200)


def _change_connection(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"team", "held", "secrets", "options", "rotation", "account_name", "budget"},
        least=1,
    )
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", most=200)
    if (item := value.get("held")) is not None:
        check.boolean(item, f"{path}.held")
    if (item := value.get("secrets")) is not None:
        _pairs(item, f"{path}.secrets")
    if (item := value.get("options")) is not None:
        _pairs(item, f"{path}.options")
    if (item := value.get("rotation")) is not None:
        check.choice(item, f"{path}.rotation", ("begin", "end"))
    if (item := value.get("account_name")) is not None:
        check.string(item, f"{path}.account_name", most=200)
    if (item := value.get("budget")) is not None:
        check.integer(item, f"{path}.budget", least=0, most=1000000)


def _unread_retry(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"channel", "connection", "reason", "cursor"},
        ("channel", "connection", "reason"),
    )
    check.string(value["channel"], f"{path}.channel", least=1, most=200)
    check.string(value["connection"], f"{path}.connection", least=1, most=200)
    check.string(value["reason"], f"{path}.reason", least=1, most=200)
    if (item := value.get("cursor")) is not None:
        check.string(item, f"{path}.cursor")


def _dismissal(value: Any, path: str) -> None:
    check.choice(value, path, ("wrong_topic", "too_old", "not_an_ask", "tactless", "competitor", "spam"))


def _dismiss_proposal(value: Any, path: str) -> None:
    check.fields(value, path, {"reason"}, ("reason",))
    _dismissal(value["reason"], f"{path}.reason")


def _offer_advice(value: Any, path: str) -> None:
    check.fields(value, path, {"text", "rules_confirmed"}, ("text",))
    check.string(value["text"], f"{path}.text", least=1, most=10000)
    if (item := value.get("rules_confirmed")) is not None:
        check.boolean(item, f"{path}.rules_confirmed")


def _approve_offer(value: Any, path: str) -> None:
    check.fields(value, path, {"digest"}, ("digest",))
    check.string(value["digest"], f"{path}.digest", most=26)


def _note_offer_posted(value: Any, path: str) -> None:
    check.fields(value, path, {"url"}, ("url",))
    check.string(value["url"], f"{path}.url", least=8, most=2000)


def _search_query(value: Any, path: str) -> None:
    check.fields(value, path, {"all", "any", "none"})
    if "all" in value:
        for each, at in check.items(value["all"], f"{path}.all", most=20):
            check.string(each, at, least=1, most=100)
    if "any" in value:
        for each, at in check.items(value["any"], f"{path}.any", most=20):
            check.string(each, at, least=1, most=100)
    if "none" in value:
        for each, at in check.items(value["none"], f"{path}.none", most=20):
            check.string(each, at, least=1, most=100)


def _search_source(value: Any, path: str) -> None:
    check.fields(value, path, {"channel", "connection", "places", "feed", "daily_cents"})
    if (item := value.get("channel")) is not None:
        check.string(item, f"{path}.channel", most=50)
    if (item := value.get("connection")) is not None:
        check.string(item, f"{path}.connection", most=100)
    if (item := value.get("places")) is not None:
        for each, at in check.items(item, f"{path}.places", most=20):
            check.string(each, at, least=1, most=100)
    if (item := value.get("feed")) is not None:
        check.string(item, f"{path}.feed", most=1000)
    if (item := value.get("daily_cents")) is not None:
        check.integer(item, f"{path}.daily_cents", least=10, most=100000)


def _search_limits(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"oldest_hours", "per_day", "per_hour", "minutes_apart", "quiet_from", "quiet_until", "links"},
    )
    if (item := value.get("oldest_hours")) is not None:
        check.integer(item, f"{path}.oldest_hours", least=1, most=168)
    if (item := value.get("per_day")) is not None:
        check.integer(item, f"{path}.per_day", least=0, most=50)
    if (item := value.get("per_hour")) is not None:
        check.integer(item, f"{path}.per_hour", least=0, most=20)
    if (item := value.get("minutes_apart")) is not None:
        check.integer(item, f"{path}.minutes_apart", least=1, most=1440)
    if (item := value.get("quiet_from")) is not None:
        check.integer(item, f"{path}.quiet_from", least=0, most=24)
    if (item := value.get("quiet_until")) is not None:
        check.integer(item, f"{path}.quiet_until", least=0, most=24)
    if (item := value.get("links")) is not None:
        check.integer(item, f"{path}.links", least=0, most=1)


def _search_mark(value: Any, path: str) -> None:
    check.fields(value, path, {"post", "fit", "channel"}, ("post", "fit"))
    check.string(value["post"], f"{path}.post", least=26, most=26)
    check.boolean(value["fit"], f"{path}.fit")
    if (item := value.get("channel")) is not None:
        check.string(item, f"{path}.channel", most=50)


def _new_search(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {
            "name",
            "team",
            "query",
            "languages",
            "sources",
            "excluded_accounts",
            "competitors",
            "brands",
            "note",
            "needs_approval",
            "limits",
            "paused",
            "marks",
        },
        ("query", "sources"),
    )
    if (item := value.get("name")) is not None:
        check.string(item, f"{path}.name", most=80)
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", most=200)
    _search_query(value["query"], f"{path}.query")
    if (item := value.get("languages")) is not None:
        for each, at in check.items(item, f"{path}.languages", most=20):
            check.string(each, at, most=20)
    for each, at in check.items(value["sources"], f"{path}.sources", least=1, most=20):
        _search_source(each, at)
    if (item := value.get("excluded_accounts")) is not None:
        for each, at in check.items(item, f"{path}.excluded_accounts", most=200):
            check.string(each, at, least=1, most=100)
    if (item := value.get("competitors")) is not None:
        for each, at in check.items(item, f"{path}.competitors", most=50):
            check.string(each, at, least=1, most=100)
    if (item := value.get("brands")) is not None:
        for each, at in check.items(item, f"{path}.brands", most=50):
            check.string(each, at, least=1, most=100)
    if (item := value.get("note")) is not None:
        check.string(item, f"{path}.note", most=2000)
    if (item := value.get("needs_approval")) is not None:
        check.boolean(item, f"{path}.needs_approval")
    if "limits" in value:
        _search_limits(value["limits"], f"{path}.limits")
    if (item := value.get("paused")) is not None:
        check.boolean(item, f"{path}.paused")
    if (item := value.get("marks")) is not None:
        for each, at in check.items(item, f"{path}.marks", most=100):
            _search_mark(each, at)


def _search_change(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {
            "name",
            "team",
            "query",
            "languages",
            "sources",
            "excluded_accounts",
            "competitors",
            "brands",
            "note",
            "needs_approval",
            "limits",
            "paused",
            "marks",
        },
        least=1,
    )
    if (item := value.get("name")) is not None:
        check.string(item, f"{path}.name", most=80)
    if (item := value.get("team")) is not None:
        check.string(item, f"{path}.team", most=200)
    if "query" in value:
        _search_query(value["query"], f"{path}.query")
    if (item := value.get("languages")) is not None:
        for each, at in check.items(item, f"{path}.languages", most=20):
            check.string(each, at, most=20)
    if (item := value.get("sources")) is not None:
        for each, at in check.items(item, f"{path}.sources", least=1, most=20):
            _search_source(each, at)
    if (item := value.get("excluded_accounts")) is not None:
        for each, at in check.items(item, f"{path}.excluded_accounts", most=200):
            check.string(each, at, least=1, most=100)
    if (item := value.get("competitors")) is not None:
        for each, at in check.items(item, f"{path}.competitors", most=50):
            check.string(each, at, least=1, most=100)
    if (item := value.get("brands")) is not None:
        for each, at in check.items(item, f"{path}.brands", most=50):
            check.string(each, at, least=1, most=100)
    if (item := value.get("note")) is not None:
        check.string(item, f"{path}.note", most=2000)
    if (item := value.get("needs_approval")) is not None:
        check.boolean(item, f"{path}.needs_approval")
    if "limits" in value:
        _search_limits(value["limits"], f"{path}.limits")
    if (item := value.get("paused")) is not None:
        check.boolean(item, f"{path}.paused")
    if (item := value.get("marks")) is not None:
        for each, at in check.items(item, f"{path}.marks", most=100):
            _search_mark(each, at)


def _change_customer_fields_item(value: Any, path: str) -> None:
    check.fields(value, path, {"team", "name", "value"}, ("team", "name", "value"))
    check.string(value["team"], f"{path}.team", most=50)
    check.string(value["name"], f"{path}.name", most=50)
    check.string(value["value"], f"{path}.value", most=500)


def _change_customer(value: Any, path: str) -> None:
    check.fields(
        value,
        path,
        {"name", "number", "address", "language", "vip", "tags", "fields", "note", "remove_note", "opt_out"},
    )
    if (item := value.get("name")) is not None:
        check.string(item, f"{path}.name", most=200)
    if (item := value.get("number")) is not None:
        check.string(item, f"{path}.number", most=50)
    if (item := value.get("address")) is not None:
        check.string(item, f"{path}.address", most=500)
    if (item := value.get("language")) is not None:
        check.string(item, f"{path}.language", most=35)
    if (item := value.get("vip")) is not None:
        check.boolean(item, f"{path}.vip")
    if (item := value.get("tags")) is not None:
        for each, at in check.items(item, f"{path}.tags", most=20):
            check.string(each, at, least=1, most=50, pattern=r"\S")
    if (item := value.get("fields")) is not None:
        for each, at in check.items(item, f"{path}.fields", most=100):
            _change_customer_fields_item(each, at)
    if (item := value.get("note")) is not None:
        check.string(item, f"{path}.note", most=2000)
    if (item := value.get("remove_note")) is not None:
        check.string(item, f"{path}.remove_note", most=50)
    if (item := value.get("opt_out")) is not None:
        check.boolean(item, f"{path}.opt_out")


def _join_customers(value: Any, path: str) -> None:
    check.fields(value, path, {"customer"}, ("customer",))
    check.string(value["customer"], f"{path}.customer", most=32)


CHECKS: dict[tuple[str, str], tuple[check.Check, bool]] = {
    ("POST", "/api/conversations"): (_log_call, True),
    ("POST", "/api/views"): (_new_view, True),
    ("PUT", "/api/me/status"): (_new_status, True),
    ("POST", "/api/conversations/next"): (_next_wish, False),
    ("POST", "/api/conversations/{conversation_id}/files"): (_new_file, True),
    ("POST", "/api/conversations/{conversation_id}/replies"): (_new_reply, True),
    ("POST", "/api/conversations/{conversation_id}/replies/{message_id}/retry"): (_closing, False),
    ("POST", "/api/conversations/{conversation_id}/replies/{message_id}/settle"): (_settling, True),
    ("POST", "/api/conversations/{conversation_id}/assign"): (_hand_over, False),
    ("POST", "/api/conversations/{conversation_id}/snooze"): (_nap, True),
    ("POST", "/api/conversations/{conversation_id}/wake"): (_nothing, False),
    ("PUT", "/api/conversations/{conversation_id}/tags"): (_marks, True),
    ("POST", "/api/conversations/bulk"): (_several, True),
    ("POST", "/api/conversations/{conversation_id}/macros/{macro}"): (_macro_use, False),
    ("PUT", "/api/teams/{team}/macros/{macro}"): (_new_macro, True),
    ("POST", "/api/agents"): (_invite_agent, True),
    ("PATCH", "/api/agents/{agent_id}"): (_change_agent, True),
    ("POST", "/api/conversations/{conversation_id}/notes"): (_new_note, True),
    ("POST", "/api/conversations/{conversation_id}/forwards"): (_new_forward, True),
    ("PUT", "/api/conversations/{conversation_id}/read"): (_how_far_read, False),
    ("POST", "/api/conversations/{conversation_id}/resolve"): (_closing, False),
    ("POST", "/api/conversations/{conversation_id}/reopen"): (_nothing, False),
    ("PUT", "/api/conversations/{conversation_id}/follow-up"): (_new_follow_up, True),
    ("PUT", "/api/conversations/{conversation_id}/follow-up/outcome"): (_judgement, True),
    ("PUT", "/api/conversations/{conversation_id}/opt-out"): (_nothing, False),
    ("POST", "/api/follow-ups/plan"): (_new_plan, True),
    ("POST", "/api/follow-ups/bulk/preview"): (_selection, True),
    ("POST", "/api/follow-ups/bulk"): (_new_bulk, True),
    ("PUT", "/api/teams/{team}/notices"): (_set_notices, True),
    ("PUT", "/api/routing"): (_set_routing, True),
    ("POST", "/api/routing/test"): (_test_routing, True),
    ("POST", "/api/teams"): (_create_team, True),
    ("PUT", "/api/teams/{team}"): (_new_team, True),
    ("POST", "/api/teams/{team}/template-files"): (_new_file, True),
    ("POST", "/api/conversations/{conversation_id}/template-files/{file_id}"): (_template_file_use, False),
    ("PUT", "/api/teams/{team}/templates/{template}/{language}"): (_new_template, True),
    ("PUT", "/api/conversations/{conversation_id}/messages/{message_id}/attention"): (_new_attention, True),
    ("PUT", "/api/conversations/{conversation_id}/messages/{message_id}/speaker"): (_set_speaker, True),
    ("POST", "/api/conversations/{conversation_id}/messages/{message_id}/thanks"): (_thank_helper, False),
    ("POST", "/api/conversations/{conversation_id}/moderations"): (_moderate, True),
    ("POST", "/api/connections"): (_connect_account, True),
    ("POST", "/api/connections/sign-in"): (_begin_sign_in, True),
    ("POST", "/api/connections/sign-in/{state}"): (_finish_sign_in, True),
    ("POST", "/api/connections/sign-in/{state}/account"): (_choose_sign_in_account, True),
    ("PATCH", "/api/connections/{channel}/{connection}"): (_change_connection, True),
    ("POST", "/api/unread/retry"): (_unread_retry, True),
    ("PUT", "/api/proposals/{proposal_id}/person/opt-out"): (_nothing, False),
    ("POST", "/api/proposals/{proposal_id}/dismiss"): (_dismiss_proposal, True),
    ("POST", "/api/proposals/{proposal_id}/offer"): (_offer_advice, True),
    ("POST", "/api/proposals/{proposal_id}/approve"): (_approve_offer, True),
    ("POST", "/api/proposals/{proposal_id}/posted"): (_note_offer_posted, True),
    ("POST", "/api/searches"): (_new_search, True),
    ("POST", "/api/searches/try"): (_new_search, True),
    ("PATCH", "/api/searches/{search_id}"): (_search_change, True),
    ("PATCH", "/api/customers/{customer_id}"): (_change_customer, True),
    ("POST", "/api/customers/{customer_id}/identities"): (_join_customers, True),
}
"""By method and path: the check of the body, and whether there has to be one."""
