"""Telegram over real HTTP: our channel against the square, and python-telegram-bot against the same square."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec.structs import replace
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, ReplyParameters, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

import channels
from channels import _http
from channels.base import (
    Choice,
    Credentials,
    File,
    Moderation,
    Outbound,
    PermanentFailure,
    Reason,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Attachment, Fact, Kind, Visibility
from infra.square.platforms.telegram.platform import Telegram
from tests.support.square_platform import SquarePlatform
from tests.support.webhook_receiver import WebhookReceiver, receiving

telegram = channels.get("telegram")
SECTION = Telegram.invented(lambda: "an-invented-secret")
BOT = SECTION["account_id"]
WEEK = 7 * 86_400


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    """A connection as ``make run`` makes it."""
    return Credentials.of(Telegram.connection(SECTION, square.url))


@pytest.fixture
def hook(credentials: Credentials) -> Iterator[WebhookReceiver]:
    with receiving(telegram, credentials) as receiver:
        telegram.account.register(credentials, receiver.url)
        yield receiver


def told(hook: WebhookReceiver, kind: Kind) -> Fact:
    """The next fact of a kind; what is of another kind is passed over."""
    return next(one for one in iter(hook.next, None) if one.kind is kind)


def outbound(thread: str, text: str = "Wir schauen nach. 🙂", **more: Any) -> Outbound:
    way = Way.PUBLIC_REPLY if thread.startswith("-") else Way.PRIVATE_MESSAGE
    return replace(Outbound("our-id", way, text, thread, customer_id="1"), **more)


def refused(message: Outbound, credentials: Credentials) -> PermanentFailure:
    with pytest.raises(PermanentFailure) as caught:
        telegram.sender.try_send(message, credentials)
    return caught.value


# -- a dialogue -------------------------------------------------------------------------------------------------------


def test_private_dialogue(square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials) -> None:
    said = square.post("Jördis Brandt", "Der Router blinkt rot 🙁", private=True)
    heard = hook.next()
    assert (heard.kind, heard.message_id, heard.thread_id) == (Kind.MESSAGE, said["message_id"], said["thread_id"])
    assert (heard.visibility, heard.author.name, heard.own) == (Visibility.PRIVATE, "Jördis Brandt", False)
    sent = telegram.sender.try_send(outbound(heard.thread_id, customer_id=heard.customer_id), credentials)
    (stands,) = square.messages(own=True)
    assert (stands["id"], stands["text"], stands["parent_id"]) == (sent, "Wir schauen nach. 🙂", None)
    square.control("/telegram/edit", message_id=heard.message_id, text="Er blinkt grün")
    square.control("/telegram/react", message_id=sent, author={"name": "Jördis Brandt"}, reaction="👍")
    edited, liked = told(hook, Kind.EDITED), told(hook, Kind.REACTION)
    assert (edited.message_id, edited.text) == (heard.message_id, "Er blinkt grün")
    assert (liked.message_id, liked.payload, liked.author.id) == (sent, "👍", heard.author.id)


def test_answers_in_a_group_find_each_other(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    square.post("Tom", "Kein Netz in Bremen")
    asked = hook.next()
    sent = telegram.sender.try_send(outbound(asked.thread_id, reply_to_id=asked.message_id), credentials)
    square.post("Tom", "Danke, geht wieder!", to=sent)
    answer = hook.next()
    assert (answer.thread_id, answer.parent_id, answer.thread_is_guess) == (asked.thread_id, sent, True)
    assert answer.title and answer.permalink and answer.permalink.startswith("https://t.me/c/")
    assert [each["parent_id"] for each in square.messages()] == [None, asked.message_id, sent]


def test_in_a_small_group_an_answer_to_us_names_our_message(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    thread = square.do("group", kind="group", title="Lindenhof")["thread_id"]
    square.post("Tom", "Wer noch?", to=thread)
    asked = hook.next()
    sent = telegram.sender.try_send(outbound(asked.thread_id), credentials)
    square.post("Tom", "Ah!", to=sent)
    assert (hook.next().thread_id, telegram.capabilities.thread_is_guess) == (sent, True)


def test_a_topic_is_a_thread_and_our_answer_stands_in_it(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    thread = square.do("group", kind="supergroup", title="Forum")["thread_id"]
    opened = square.do("topic", thread_id=thread, author={"name": "Tom"}, name="Bremen")["message_id"]
    square.post("Tom", "Alles dunkel", to=opened)
    asked = hook.next()
    assert (asked.thread_id, asked.parent_id, asked.text) == (opened, None, "Alles dunkel")
    telegram.sender.try_send(outbound(asked.thread_id), credentials)
    square.post("Jo", "Hier auch", to=square.messages(own=True)[0]["id"])
    assert hook.next().thread_id == opened


def test_a_group_that_became_a_supergroup_is_written_to_under_its_new_id(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    old = square.do("group", kind="group", title="Lindenhof")["thread_id"]
    square.post("Tom", "Wer noch?", to=old)
    asked = hook.next()
    new = square.do("migrate", thread_id=old)["thread_id"]
    sent = telegram.sender.try_send(outbound(asked.thread_id), credentials)
    assert sent.rpartition(":")[0] == new
    assert [each["parent_id"] for each in square.messages(own=True)] == [None]


def test_a_button_is_the_customers_answer(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    square.post("Tom", "Kein Netz", private=True)
    heard = hook.next()
    choices = (Choice("Ja, läuft", "nachfrage.solved"), Choice("Zu lang", "x" * 65))
    sent = telegram.sender.try_send(outbound(heard.thread_id, choices=choices), credentials)
    square.do("press", author={"name": "Tom"}, message_id=sent, data="nachfrage.solved")
    pressed = hook.next()
    assert (pressed.text, pressed.payload, pressed.parent_id) == ("Ja, läuft", "nachfrage.solved", sent)
    assert pressed.author == heard.author and pressed.at >= heard.at


def test_a_chat_of_a_business_is_open_for_a_day(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    heard = square.do("business", author={"name": "Tom"}, text="Guten Morgen")
    told = hook.next()
    assert (told.thread_id, told.message_id, told.own) == (heard["thread_id"], heard["message_id"], False)
    sent = telegram.sender.try_send(outbound(told.thread_id, customer_id=told.customer_id), credentials)
    assert sent.startswith(told.thread_id + ":")
    square.control("/telegram/remove", message_id=told.message_id)
    gone = hook.next()
    assert (gone.kind, gone.message_id, gone.thread_id) == (Kind.REMOVED, told.message_id, told.thread_id)
    square.control("/clock", advance_seconds=WEEK)
    assert refused(outbound(told.thread_id), credentials).reason is Reason.WINDOW


def test_a_week_later_the_bot_may_ask_unless_it_was_blocked(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    square.post("Tom", "Kein Netz", private=True)
    thread = hook.next().thread_id
    square.control("/clock", advance_seconds=WEEK)
    assert telegram.sender.try_send(outbound(thread, "Und, läuft es?"), credentials)
    square.do("block", author={"name": "Tom"})
    assert (hook.next().kind, refused(outbound(thread), credentials).reason) == (Kind.GONE, Reason.GONE)
    square.do("unblock", author={"name": "Tom"})
    assert hook.next().kind is Kind.BACK
    assert telegram.sender.try_send(outbound(thread), credentials)


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mime", "method", "kind"),
    [
        ("image/jpeg", "sendPhoto", "image"),
        ("image/gif", "sendDocument", "document"),
        ("video/mp4", "sendVideo", "video"),
        ("audio/mpeg", "sendAudio", "audio"),
        ("application/pdf", "sendDocument", "document"),
    ],
)
def test_a_file_goes_out_with_its_caption(
    square: SquarePlatform, credentials: Credentials, mime: str, method: str, kind: str
) -> None:
    thread = square.post("Tom", "Hallo", private=True)["thread_id"]
    files = (File("Anleitung für Tom", mime, b"\x00\xff" * 500),)
    telegram.sender.try_send(outbound(thread, "Bitte so: ä", files=files), credentials)
    (stands,) = square.messages(own=True)
    assert stands["text"] == "Bitte so: ä"
    assert [(each["type"], each["size"]) for each in stands["attachments"]] == [(kind, 1000)]
    assert square.calls(method)


def test_text_too_long_for_a_caption_is_refused_before_anything_is_sent(
    square: SquarePlatform, credentials: Credentials
) -> None:
    thread = square.post("Tom", "Hallo", private=True)["thread_id"]
    file = File("a.png", "image/png", b"1")
    assert refused(outbound(thread, "🙂" * 513, files=(file,)), credentials).code == "caption_too_long"
    assert refused(outbound(thread, files=(file, file)), credentials).code == "too_many_files"
    assert square.messages(own=True) == []


def test_picture_that_a_visitor_attached_is_what_is_fetched(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    content = b"\x89PNG\r\n\x1a\n" + b"a picture of a router"
    headers = {"Content-Type": "image/png"}
    own = square.http.post("/_square/files", content=content, headers=headers).json()["url"]
    square.post("Tom", "So sieht es aus", private=True, attachments=[{"type": "image", "url": own}])
    (picture,) = hook.next().attachments
    media = telegram.receiver.media(picture, credentials)
    assert media and _http.download(media, 1000).content == content


def test_customers_file_can_be_fetched(square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials) -> None:
    square.post("Tom", "So sieht es aus", private=True, attachments=[{"type": "image", "url": "https://a.example/1"}])
    (picture,) = hook.next().attachments
    media = telegram.receiver.media(picture, credentials)
    assert media and _http.download(media, 1000).content.startswith(b"\x89PNG")
    assert SECTION["bot_token"] not in repr(media)
    assert telegram.receiver.media(Attachment("location", title="Hafen"), credentials) is None
    with pytest.raises(PermanentFailure):
        telegram.receiver.media(Attachment("image", id="nonsense"), credentials)


# -- what is done to messages -----------------------------------------------------------------------------------------


def test_own_messages_are_edited_and_deleted_and_twice_is_once(
    square: SquarePlatform, credentials: Credentials
) -> None:
    said = square.post("Tom", "Kein Netz")
    sent = telegram.sender.try_send(outbound(said["message_id"]), credentials)
    for _ in range(2):
        telegram.sender.try_moderate(Moderation.EDIT, sent, credentials, "Wir schauen genau nach.")
    assert [each["text"] for each in square.messages(own=True)] == ["Wir schauen genau nach."]
    file = (File("a.png", "image/png", b"1"),)
    shown = telegram.sender.try_send(outbound(said["message_id"], "Halo", files=file), credentials)
    for _ in range(2):
        telegram.sender.try_moderate(Moderation.EDIT, shown, credentials, "Hallo")
    assert [each["text"] for each in square.messages(own=True)] == ["Wir schauen genau nach.", "Hallo"]
    telegram.sender.try_moderate(Moderation.DELETE, sent, credentials)
    with pytest.raises(PermanentFailure) as gone:
        telegram.sender.try_moderate(Moderation.DELETE, sent, credentials)
    assert gone.value.reason is Reason.GONE


def test_a_like_comes_and_goes_and_old_messages_stay(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Tom", "Danke!")["message_id"]
    for moderation, expected in ((Moderation.LIKE, {BOT: "👍"}), (Moderation.UNLIKE, {})):
        for _ in range(2):
            telegram.sender.try_moderate(moderation, said, credentials)
        assert square.messages()[0]["reactions"] == expected
    square.control("/clock", advance_seconds=WEEK)
    with pytest.raises(PermanentFailure) as late:
        telegram.sender.try_moderate(Moderation.DELETE, said, credentials)
    assert late.value.reason is Reason.WINDOW
    for target, moderation in (("x-0123", Moderation.LIKE), (said, Moderation.BLOCK)):
        with pytest.raises(PermanentFailure):
            telegram.sender.try_moderate(moderation, target, credentials)


# -- what goes wrong --------------------------------------------------------------------------------------------------


def test_an_answer_to_what_was_deleted_is_not_posted(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Tom", "Kein Netz")["message_id"]
    square.control("/telegram/remove", message_id=said)
    assert refused(outbound(said), credentials).reason is Reason.GONE
    assert square.messages() == []


def test_too_long_a_text_is_refused_by_the_platforms_own_count(
    square: SquarePlatform, credentials: Credentials
) -> None:
    thread = square.post("Tom", "Hallo", private=True)["thread_id"]
    assert telegram.sender.try_send(outbound(thread, "🙂" * 2048), credentials)
    assert refused(outbound(thread, "🙂" * 2048 + "a"), credentials).code == "400:too_long"


def test_a_dead_token_and_a_limit_stop_the_connection_and_lose_nothing(
    square: SquarePlatform, credentials: Credentials
) -> None:
    """Invariant 9."""
    thread = square.post("Tom", "Hallo", private=True)["thread_id"]
    square.expire()
    for call in (
        lambda: telegram.sender.try_send(outbound(thread), credentials),
        lambda: telegram.account.check(credentials),
    ):
        with pytest.raises(TransientFailure) as dead:
            call()
        assert dead.value.reason is Reason.AUTH
    square.expire(False)
    square.fault("send", error={"code": 429, "headers": {"Retry-After": "17"}})
    with pytest.raises(TransientFailure) as slow:
        telegram.sender.try_send(outbound(thread), credentials)
    assert (slow.value.reason, slow.value.retry_after) == (Reason.RATE, 17.0)
    assert telegram.sender.try_send(outbound(thread), credentials)
    assert len(square.messages(own=True)) == 1


@pytest.mark.parametrize("token", ["", "tökén", "a/../b", "no-colon"])
def test_connection_without_a_token_waits_for_one(credentials: Credentials, token: str) -> None:
    with pytest.raises(TransientFailure) as caught:
        telegram.account.check(replace(credentials, secrets={"bot_token": token}))
    assert caught.value.reason is Reason.AUTH


def test_a_lost_answer_is_never_sent_again_blindly(square: SquarePlatform, credentials: Credentials) -> None:
    """Invariant 3: a bot cannot read what it wrote, so a person has to look."""
    thread = square.post("Tom", "Hallo", private=True)["thread_id"]
    square.fault("send", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        telegram.sender.try_send(outbound(thread), credentials)
    with pytest.raises(PermanentFailure) as cannot:
        telegram.sender.find_sent(outbound(thread), credentials)
    assert cannot.value.code == "cannot_look"
    assert len(square.messages(own=True)) == 1


def test_request_that_never_left_or_is_harmless_is_tried_again(
    square: SquarePlatform, credentials: Credentials
) -> None:
    said = square.post("Tom", "Hallo")["message_id"]
    square.fault("read", lost_answer=True)
    with pytest.raises(TransientFailure) as lost:
        telegram.sender.try_moderate(Moderation.LIKE, said, credentials)
    assert lost.value.reason is Reason.RETRY
    nowhere = replace(credentials, options={"base_url": "http://127.0.0.1:1"})
    with pytest.raises(TransientFailure) as away:
        telegram.sender.try_send(outbound(said), nowhere)
    assert (away.value.code, SECTION["bot_token"] in str(away.value)) == ("not_reached", False)


def test_one_failing_call_does_not_hold_up_the_rest(square: SquarePlatform, hook: WebhookReceiver) -> None:
    """Telegram repeats what is not answered with 200, and everything behind it waits: what is odd is kept aside."""
    square.control("/telegram/raw", update={"update_id": 1, "telepathy": {"from": 7}})
    square.control("/telegram/raw", update={"update_id": 2, "message": {"text": "wo?"}})
    square.post("Tom", "Hallo", private=True)
    reasons = [hook.next() for _ in range(3)]
    assert [getattr(one, "reason", "fact") for one in reasons] == ["unknown_update", "no_chat", "fact"]
    assert hook.refused == 0


def test_call_without_the_secret_is_refused(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    """Invariant 7."""
    hook.credentials = replace(credentials, secrets={"secret_token": "another"})
    square.post("Tom", "Hallo", private=True)
    hook.credentials, _ = credentials, square.control("/deliveries/flush")
    assert hook.next().text == "Hallo"
    assert hook.refused >= 1


# -- the connection ---------------------------------------------------------------------------------------------------


def test_the_connection_knows_itself_and_registers_once(square: SquarePlatform, credentials: Credentials) -> None:
    account = telegram.account.check(credentials)
    assert (account.id, account.name, dict(account.options)) == (BOT, SECTION["account_name"], {
        "username": SECTION["username"]
    })  # fmt: skip
    url = "http://127.0.0.1:9/webhooks/telegram/demo"
    assert telegram.account.registered(credentials, url) is False
    for _ in range(2):
        telegram.account.register(credentials, url)
    assert telegram.account.registered(credentials, url) is True
    telegram.account.unregister(credentials, url + "/another")
    assert telegram.account.registered(credentials, url) is True
    telegram.account.unregister(credentials, url)
    assert telegram.account.registered(credentials, url) is False
    with pytest.raises(PermanentFailure):
        telegram.account.register(
            replace(credentials, secrets={**credentials.secrets, "secret_token": "mit Ümlaut"}), url
        )


def test_a_customers_name_is_what_telegram_calls_them(square: SquarePlatform, credentials: Credentials) -> None:
    person = square.post("Jördis Brandt", "Hallo", private=True)["author_id"]
    assert telegram.receiver.profile_name(person, credentials) == "Jördis Brandt"
    assert telegram.receiver.profile_name("123", credentials) is None


# -- the leading client library, on the same square -------------------------------------------------------------------


def with_bot(square: SquarePlatform, use: Callable[[Bot], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        bot = Bot(SECTION["bot_token"], base_url=f"{square.home}/bot", base_file_url=f"{square.home}/file/bot")
        async with bot:
            return await use(bot)

    # In a thread of its own: the browser of other tests has a loop in this one.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, run()).result()


def made_by(square: SquarePlatform, act: Callable[[], object], method: str) -> dict[str, Any]:
    before = len(square.calls())
    act()
    (call,) = [each for each in square.calls()[before:] if each["path"].endswith(method)]
    return {name: meant(call[name]) for name in ("method", "path", "params")}


def meant(value: Any) -> Any:
    """A number in JSON and its digits in a form mean the same."""
    if isinstance(value, dict):
        return {name: meant(each) for name, each in value.items()}
    return [meant(each) for each in value] if isinstance(value, list) else str(value)


def test_the_square_keeps_to_what_the_library_expects(square: SquarePlatform, hook: WebhookReceiver) -> None:
    said = square.post("Jördis Brandt", "Hallo", private=True, attachments=[{"type": "image", "url": "x"}])
    chat, number = (int(each) for each in said["message_id"].split(":"))

    async def use(bot: Bot) -> None:
        assert (bot.id, bot.username) == (int(BOT), SECTION["username"])
        sent: Message = await bot.send_message(chat, "Guten Tag")
        assert (sent.chat.id, sent.text, sent.from_user and sent.from_user.is_bot) == (chat, "Guten Tag", True)
        edited = await sent.edit_text("Guten Abend")
        assert isinstance(edited, Message) and edited.edit_date
        with pytest.raises(BadRequest, match="not modified"):
            await sent.edit_text("Guten Abend")
        assert await bot.set_message_reaction(chat, number, "👍")
        photo = await bot.send_photo(chat, b"\x89PNG", caption="Bild")
        assert photo.photo and photo.caption == "Bild"
        file = await bot.get_file(photo.photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()).startswith(b"\x89PNG")
        assert await sent.delete()
        assert (await bot.get_webhook_info()).url == hook.url
        assert (await bot.get_chat(chat)).first_name == "Jördis"

    with_bot(square, use)
    assert hook.next().message_id == said["message_id"]


def test_the_library_reads_what_the_square_delivers(square: SquarePlatform, credentials: Credentials) -> None:
    said = square.post("Tom", "Kein Netz")
    square.post("Jo", "Hier auch", to=said["message_id"])
    waiting = [each["updates"][0] for each in square.http.get("/_square/deliveries").json()["waiting"]]
    first, second = (Update.de_json(each) for each in waiting)
    assert first.message and second.message and second.message.reply_to_message
    assert second.message.reply_to_message.message_id == first.message.message_id == second.message.message_thread_id
    assert second.effective_chat and second.effective_chat.type == "supergroup"
    found = telegram.receiver.parse(_request(waiting[1]), credentials)
    assert [getattr(one, "permalink", None) for one in found] == [(second.message.link or "").partition("?")[0]]


def _request(update: object) -> Any:
    from channels.base import Request

    return Request("POST", {}, {}, json.dumps(update).encode())


@pytest.mark.filterwarnings("ignore:Deprecated since version:DeprecationWarning")
def test_the_library_tells_our_errors_apart(square: SquarePlatform) -> None:
    said = square.post("Tom", "Hallo", private=True)
    chat = int(said["thread_id"])
    old = square.do("group", kind="group", title="Alt")["thread_id"]
    square.do("migrate", thread_id=old)

    async def use(bot: Bot) -> None:
        with pytest.raises(BadRequest, match="too long"):
            await bot.send_message(chat, "a" * 4097)
        with pytest.raises(BadRequest, match="replied not found"):
            await bot.send_message(chat, "a", reply_parameters=ReplyParameters(message_id=999))
        with pytest.raises(ChatMigrated):
            await bot.send_message(int(old), "a")
        square.do("block", author={"name": "Tom"})
        with pytest.raises(Forbidden):
            await bot.send_message(chat, "a")
        square.fault("send", error={"code": 429, "headers": {"Retry-After": "3"}})
        with pytest.raises(RetryAfter):
            await bot.send_message(chat, "a")
        square.expire()
        with pytest.raises(InvalidToken):
            await bot.send_message(chat, "a")

    with_bot(square, use)


def test_our_calls_are_the_librarys_calls(square: SquarePlatform, credentials: Credentials) -> None:
    """Method, path and meaning of the body: what the library sends for the same action, we send."""
    said = square.post("Tom", "Kein Netz")["message_id"]
    chat, number = (int(each) for each in said.split(":"))
    choices, keyboard = (Choice("Ja", "ja"),), InlineKeyboardMarkup([[InlineKeyboardButton("Ja", callback_data="ja")]])
    file = File("a.png", "image/png", b"\x89PNG")

    def same(ours: Callable[[], object], theirs: Callable[[Bot], Awaitable[Any]], method: str) -> None:
        assert made_by(square, ours, method) == made_by(square, lambda: with_bot(square, theirs), method)

    same(
        lambda: telegram.sender.try_send(outbound(said, "Moin", choices=choices), credentials),
        lambda bot: bot.send_message(
            chat, "Moin", reply_parameters=ReplyParameters(message_id=number), reply_markup=keyboard
        ),
        "sendMessage",
    )
    sent = square.messages(own=True)[0]["id"]
    mine = int(sent.rpartition(":")[2])
    same(
        lambda: telegram.sender.try_send(outbound(said, "Bild", files=(file,)), credentials),
        lambda bot: bot.send_photo(
            chat, file.content, filename="a.png", caption="Bild", reply_parameters=ReplyParameters(message_id=number)
        ),
        "sendPhoto",
    )
    same(
        lambda: telegram.sender.try_moderate(Moderation.LIKE, said, credentials),
        lambda bot: bot.set_message_reaction(chat, number, "👍"),
        "setMessageReaction",
    )
    same(
        lambda: telegram.sender.try_moderate(Moderation.EDIT, sent, credentials, "Moin!"),
        lambda bot: _quiet(bot.edit_message_text("Moin!", chat_id=chat, message_id=mine)),
        "editMessageText",
    )
    same(
        lambda: telegram.sender.try_moderate(Moderation.DELETE, sent, credentials),
        lambda bot: _quiet(bot.delete_message(chat, mine)),
        "deleteMessage",
    )
    url = "http://127.0.0.1:9/hook"
    allowed = ["message", "message_reaction"]
    theirs = made_by(
        square,
        lambda: with_bot(square, lambda bot: bot.set_webhook(url, allowed_updates=allowed, secret_token="s")),
        "setWebhook",
    )
    ours = made_by(square, lambda: telegram.account.register(credentials, url), "setWebhook")
    assert set(ours["params"]) == set(theirs["params"]) and ours["params"]["url"] == theirs["params"]["url"]


async def _quiet(call: Awaitable[Any]) -> None:
    """Done a second time, it is refused; here it only matters what was asked."""
    try:
        await call
    except TelegramError:
        return
