"""WhatsApp over real HTTP: our channel against the square, and pywa against the same square."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from facebook_business.adobjects.whatsappbusinessaccount import WhatsAppBusinessAccount
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession
from msgspec.structs import replace
from pywa import WhatsApp as Library
from pywa import errors
from pywa.types import Button
from pywa.types.templates import BodyText, TemplateLanguage

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
    Situation,
    TransientFailure,
    UnconfirmedSend,
    Way,
)
from conversations.facts import Attachment, Fact, Kind, Visibility
from infra.square.platforms.whatsapp.platform import WhatsApp
from tests.support.square_platform import SquarePlatform
from tests.support.webhook_receiver import WebhookReceiver, receiving

whatsapp = channels.get("whatsapp")
SECTION = WhatsApp.invented(lambda: "an-invented-secret")
PHONE = SECTION["account_id"]
OURS = "1790000000000abcdefghijklm"
WEEK = 7 * 86_400


@pytest.fixture
def credentials(square: SquarePlatform) -> Credentials:
    """A connection as ``make run`` makes it."""
    return Credentials.of(WhatsApp.connection(SECTION, square.url))


@pytest.fixture
def hook(credentials: Credentials) -> Iterator[WebhookReceiver]:
    with receiving(whatsapp, credentials) as receiver:
        whatsapp.account.register(credentials, receiver.url)
        yield receiver


def told(hook: WebhookReceiver, kind: Kind) -> Fact:
    """The next fact of a kind; what is of another kind is passed over."""
    return next(one for one in iter(hook.next, None) if one.kind is kind)


def says(
    square: SquarePlatform, text: str = "Der Router blinkt rot 🙁", author: str = "Jördis Brandt", **more: Any
) -> str:
    """Somebody writes; the id of the person."""
    return square.post(author, text, private=True, **more)["author_id"]


def outbound(person: str, text: str = "Wir schauen nach. 🙂", **more: Any) -> Outbound:
    return replace(
        Outbound(OURS, Way.PRIVATE_MESSAGE, text, f"{PHONE}:{person}", customer_id=person),
        **more,
    )


def refused(message: Outbound, credentials: Credentials) -> PermanentFailure:
    with pytest.raises(PermanentFailure) as caught:
        whatsapp.sender.try_send(message, credentials)
    return caught.value


# -- a dialogue -------------------------------------------------------------------------------------------------------


def test_dialogue_with_all_that_becomes_of_an_answer(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    person = says(square)
    heard = hook.next()
    assert (heard.thread_id, heard.customer_id, heard.author.name) == (f"{PHONE}:{person}", person, "Jördis Brandt")
    sent = whatsapp.sender.try_send(outbound(person, reply_to_id=heard.message_id), credentials)
    asked, answered = square.messages()
    assert (answered["id"], answered["text"], asked["read"]) == (sent, "Wir schauen nach. 🙂", True)
    square.control("/whatsapp/read", author={"id": person})
    facts = [hook.next() for _ in range(3)]
    assert [(one.kind, one.message_id, one.reference, one.thread_id) for one in facts] == [
        (kind, sent, OURS, heard.thread_id) for kind in (Kind.MESSAGE, Kind.DELIVERED, Kind.READ)
    ]
    assert facts[0].own and facts[0].text is None


def test_a_customer_edits_reacts_and_takes_back(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    person = says(square)
    heard = hook.next()
    sent = whatsapp.sender.try_send(outbound(person), credentials)
    square.control("/whatsapp/edit", message_id=heard.message_id, text="Er blinkt grün")
    for reaction in ("🎉", None):
        square.control("/whatsapp/react", message_id=sent, author={"id": person}, reaction=reaction)
    square.control("/whatsapp/remove", message_id=heard.message_id)
    found = {kind: told(hook, kind) for kind in (Kind.EDITED, Kind.REACTION, Kind.UNREACTION, Kind.REMOVED)}
    assert {one.thread_id for one in found.values()} == {heard.thread_id}
    assert found[Kind.EDITED].text == "Er blinkt grün"
    assert (found[Kind.REACTION].message_id, found[Kind.REACTION].payload) == (sent, "🎉")
    assert found[Kind.REMOVED].message_id == found[Kind.EDITED].message_id == heard.message_id


def test_customer_who_hides_their_number_stays_the_same_person(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    person = says(square)
    square.do("hide_number", author={"id": person})
    says(square, "Und jetzt?")
    first, second = hook.next(), hook.next()
    assert first.thread_id == second.thread_id and first.author == second.author
    assert whatsapp.sender.try_send(outbound(person), credentials) == told(hook, Kind.DELIVERED).message_id


def test_a_user_id_in_the_place_of_a_number_would_be_lost(square: SquarePlatform, credentials: Credentials) -> None:
    """The address depends on the kind of id, as the platform takes the wrong one without an error."""
    person = says(square)
    body = {"messaging_product": "whatsapp", "to": person, "type": "text", "text": {"body": "Hallo?"}}
    headers = {"Authorization": f"Bearer {SECTION['access_token']}"}
    assert square.http.post(f"/whatsapp/v26.0/{PHONE}/messages", json=body, headers=headers).is_success
    assert square.messages(own=True) == []
    whatsapp.sender.try_send(outbound(person), credentials)
    assert len(square.messages(own=True)) == 1


def test_buttons_are_answers_and_what_does_not_fit_goes_without(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    person = says(square)
    choices = (Choice("Ja, läuft wieder", "nachfrage.solved"), Choice("Noch kaputt", "nachfrage.still_broken"))
    sent = whatsapp.sender.try_send(outbound(person, "Läuft es?", choices=choices), credentials)
    square.do("press", author={"id": person}, message_id=sent, id="nachfrage.solved")
    heard = [hook.next() for _ in range(4)][-1]
    assert (heard.text, heard.payload, heard.parent_id) == ("Ja, läuft wieder", "nachfrage.solved", sent)
    whatsapp.sender.try_send(outbound(person, "Läuft es?", choices=(Choice("x" * 21, "lang"),)), credentials)
    assert [("buttons" in each["traits"]) for each in square.messages(own=True)] == [True, False]


def test_a_colleague_on_the_phone_is_heard(square: SquarePlatform, hook: WebhookReceiver) -> None:
    person = says(square)
    sent = square.do("echo", author={"id": person}, text="Ich rufe an.")["message_id"]
    echo = [hook.next(), hook.next()][1]
    assert (echo.own, echo.message_id, echo.text, echo.customer_id) == (True, sent, "Ich rufe an.", person)


def test_opt_outs_and_changes_of_number_are_reported(square: SquarePlatform, hook: WebhookReceiver) -> None:
    person = says(square)
    square.do("stop", author={"id": person})
    square.do("resume", author={"id": person})
    facts = [hook.next() for _ in range(3)][1:]
    assert [(one.kind, one.payload, one.customer_id) for one in facts] == [
        (Kind.GONE, "declined", person),
        (Kind.BACK, None, person),
    ]
    new = square.do("change_number", author={"id": person})["author_id"]
    gone = hook.next()
    assert (gone.kind, gone.customer_id == person, new != person) == (Kind.GONE, True, True)


# -- a week later -----------------------------------------------------------------------------------------------------


def test_a_week_later_only_the_template_arrives(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    person = says(square)
    last = hook.next().at
    square.control("/clock", advance_seconds=WEEK)
    situation = Situation(Visibility.PRIVATE, last, person, options=credentials.options)
    assert [route.way for route in whatsapp.sender.send_options(situation, last + WEEK * 1000)] == [Way.TEMPLATE]
    late = whatsapp.sender.try_send(outbound(person), credentials)
    failed = hook.next()
    assert (failed.kind, failed.message_id, failed.payload, failed.reference) == (Kind.FAILED, late, "window", OURS)
    assert square.messages(own=True) == []
    asked = outbound(person, "Guten Tag,\n\nläuft\tes    wieder?", way=Way.TEMPLATE)
    sent = whatsapp.sender.try_send(asked, credentials)
    (stands,) = square.messages(own=True)
    assert (stands["id"], stands["text"]) == (sent, "Guten Tag, läuft es wieder?")
    assert told(hook, Kind.DELIVERED).message_id == sent


def test_without_the_template_there_is_a_clear_reason(square: SquarePlatform, credentials: Credentials) -> None:
    person = says(square)
    unknown = replace(credentials, options={**credentials.options, "template_name": "nonesuch"})
    assert refused(outbound(person, way=Way.TEMPLATE), unknown).code == "132001"
    none = replace(credentials, options={"base_url": credentials.options["base_url"]})
    assert refused(outbound(person, way=Way.TEMPLATE), none).reason is Reason.WINDOW


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mime", "text", "kind"),
    [
        ("image/png", "So: ä", "image"),
        ("video/mp4", "So", "video"),
        ("audio/mpeg", "", "audio"),
        ("audio/mpeg", "Hör mal", "document"),
        ("application/pdf", "Anleitung", "document"),
    ],
)
def test_a_file_goes_out_with_its_caption(
    square: SquarePlatform, credentials: Credentials, mime: str, text: str, kind: str
) -> None:
    person = says(square)
    files = (File("Anleitung für Jördis", mime, b"\x00\xff" * 500),)
    whatsapp.sender.try_send(outbound(person, text, files=files), credentials)
    (stands,) = square.messages(own=True)
    assert stands["text"] == text
    assert [(each["type"], each["size"]) for each in stands["attachments"]] == [(kind, 1000)]


def test_text_that_does_not_fit_is_refused_before_anything_is_sent(
    square: SquarePlatform, credentials: Credentials
) -> None:
    person = says(square)
    file = File("a.png", "image/png", b"1")
    assert refused(outbound(person, "a" * 1025, files=(file,)), credentials).code == "caption_too_long"
    assert refused(outbound(person, files=(file, file)), credentials).code == "too_many_files"
    assert refused(outbound(person, customer_id=None), credentials).code == "no_customer"
    assert refused(outbound(person, "a" * 4097), credentials).reason is Reason.BAD
    assert square.messages(own=True) == []
    assert not square.calls("/media")


def test_an_upload_without_an_answer_is_tried_again_since_nobody_saw_it(
    square: SquarePlatform, credentials: Credentials
) -> None:
    person = says(square)
    square.fault("/media$", lost_answer=True)
    message = outbound(person, files=(File("a.png", "image/png", b"1"),))
    with pytest.raises(TransientFailure) as caught:
        whatsapp.sender.try_send(message, credentials)
    assert caught.value.reason is Reason.RETRY
    assert whatsapp.sender.try_send(message, credentials)
    assert len(square.messages(own=True)) == 1


def test_picture_that_a_visitor_attached_is_what_is_fetched(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    content = b"\x89PNG\r\n\x1a\n" + b"a picture of a router"
    headers = {"Content-Type": "image/png"}
    own = square.http.post("/_square/files", content=content, headers=headers).json()["url"]
    says(square, "So sieht es aus", attachments=[{"type": "image", "url": own}])
    (picture,) = hook.next().attachments
    media = whatsapp.receiver.media(picture, credentials)
    assert media and _http.download(media, 1000).content == content


def test_customers_file_can_be_fetched(square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials) -> None:
    says(square, "So sieht es aus", attachments=[{"type": "image", "url": "https://a.example/1"}])
    (picture,) = hook.next().attachments
    media = whatsapp.receiver.media(picture, credentials)
    assert media and _http.download(media, 1000).content.startswith(b"\x89PNG")
    with pytest.raises(_http.NotGiven):
        _http.download(replace(media, headers={}), 1000)
    assert SECTION["access_token"] not in repr(media)
    assert whatsapp.receiver.media(Attachment("location", title="Hafen"), credentials) is None
    with pytest.raises(PermanentFailure) as gone:
        whatsapp.receiver.media(Attachment("image", id="nonsense"), credentials)
    assert gone.value.reason is Reason.GONE


# -- what is done to people and messages ------------------------------------------------------------------------------


def test_a_like_comes_and_goes(square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials) -> None:
    person, target = says(square), hook.next().message_id
    for moderation, expected in ((Moderation.LIKE, {PHONE: "👍"}), (Moderation.UNLIKE, {})):
        for _ in range(2):
            whatsapp.sender.try_moderate(moderation, target, credentials, customer_id=person)
        assert square.messages()[0]["reactions"] == expected
    for moderation in (Moderation.LIKE, Moderation.DELETE):
        with pytest.raises(PermanentFailure):
            whatsapp.sender.try_moderate(moderation, target, credentials)


def test_messages_of_a_blocked_customer_do_not_arrive_until_unblocked(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    person = says(square, "Werbung!")
    for _ in range(2):
        whatsapp.sender.try_moderate(Moderation.BLOCK, person, credentials)
    says(square, "Hört mich wer?")
    whatsapp.sender.try_moderate(Moderation.UNBLOCK, person, credentials)
    says(square, "Entschuldigung")
    assert [hook.next().text, hook.next().text] == ["Werbung!", "Entschuldigung"]


def test_message_to_a_customer_who_blocked_us_fails(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    """That the platform takes a message says only that; what became of it is told later."""
    person = says(square)
    square.do("block", author={"id": person})
    sent = whatsapp.sender.try_send(outbound(person), credentials)
    failed = told(hook, Kind.FAILED)
    assert (failed.message_id, failed.payload) == (sent, "gone")


# -- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_lost_answer_is_found_by_the_status_that_names_our_id(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    """Invariant 3: posted once, and known again although its id was never told."""
    person = says(square)
    square.fault("send", lost_answer=True)
    with pytest.raises(UnconfirmedSend):
        whatsapp.sender.try_send(outbound(person), credentials)
    with pytest.raises(PermanentFailure) as cannot:
        whatsapp.sender.find_sent(outbound(person), credentials)
    assert cannot.value.code == "cannot_look"
    hook.next()
    echo = hook.next()
    (stands,) = square.messages(own=True)
    assert (echo.own, echo.reference, echo.message_id) == (True, OURS, stands["id"])


def test_a_dead_token_and_a_limit_stop_the_connection_and_lose_nothing(
    square: SquarePlatform, credentials: Credentials
) -> None:
    """Invariant 9."""
    person = says(square)
    square.expire()
    for call in (
        lambda: whatsapp.sender.try_send(outbound(person), credentials),
        lambda: whatsapp.account.check(credentials),
    ):
        with pytest.raises(TransientFailure) as dead:
            call()
        assert (dead.value.reason, dead.value.code) == (Reason.AUTH, "190/463")
    square.expire(False)
    for code, headers, pause in ((131056, {}, 6.0), (80007, {"Retry-After": "17"}, 17.0)):
        square.fault("send", error={"code": code, "headers": headers})
        with pytest.raises(TransientFailure) as slow:
            whatsapp.sender.try_send(outbound(person), credentials)
        assert (slow.value.reason, slow.value.retry_after) == (Reason.RATE, pause)
    assert whatsapp.sender.try_send(outbound(person), credentials)
    assert len(square.messages(own=True)) == 1


def test_that_it_was_read_never_holds_up_an_answer(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials
) -> None:
    person, heard = says(square), hook.next().message_id
    for fault in ({"error": {"code": 131000}}, {"lost_answer": True}, {"refused": True}):
        square.fault("read", **fault)
        assert whatsapp.sender.try_send(outbound(person, reply_to_id=heard), credentials)
    whatsapp.sender.try_send(outbound(person, reply_to_id="x-0123"), credentials)
    assert len(square.messages(own=True)) == 4


def test_request_that_never_left_is_tried_again_and_shows_no_secret(
    square: SquarePlatform, credentials: Credentials
) -> None:
    nowhere = replace(credentials, options={"base_url": "http://127.0.0.1:1"})
    with pytest.raises(TransientFailure) as away:
        whatsapp.sender.try_send(outbound("DE.1"), nowhere)
    assert (away.value.code, SECTION["access_token"] in str(away.value)) == ("not_reached", False)
    square.fault("send", refused=True)
    with pytest.raises(UnconfirmedSend):
        whatsapp.sender.try_send(outbound("DE.1"), credentials)


@pytest.mark.parametrize("token", [{}, {"access_token": ""}, {"access_token": "tökén"}])
def test_connection_without_a_token_waits_for_one(credentials: Credentials, token: dict[str, str]) -> None:
    with pytest.raises(TransientFailure) as caught:
        whatsapp.account.check(replace(credentials, secrets=token))
    assert caught.value.reason is Reason.AUTH


def test_a_batch_in_any_order_and_twice_is_the_same_conversation(square: SquarePlatform, hook: WebhookReceiver) -> None:
    """Invariant 2."""
    square.http.put("/_square/deliveries", json={"batch": 10, "repeat": 2, "shuffle": True})
    for number in range(5):
        says(square, f"Nummer {number}")
    found = {hook.next() for _ in range(10)}
    assert {fact.text for fact in found} == {f"Nummer {number}" for number in range(5)}
    assert len(found) == 5


def test_call_without_a_valid_signature_is_refused(square: SquarePlatform, hook: WebhookReceiver) -> None:
    """Invariant 7."""
    for corrupt in ("signature", "body"):
        square.http.put("/_square/deliveries", json={"corrupt": corrupt})
        says(square)
        square.control("/deliveries/flush")
        square.http.put("/_square/deliveries", json={"corrupt": None})
        square.control("/deliveries/flush")
        assert hook.next().text
    assert hook.refused >= 2


# -- the connection ---------------------------------------------------------------------------------------------------


def test_the_connection_knows_itself_and_registers_once(square: SquarePlatform, credentials: Credentials) -> None:
    account = whatsapp.account.check(credentials)
    assert (account.id, account.name) == (PHONE, SECTION["account_name"])
    assert account.options == {"display_phone_number": SECTION["display_phone_number"]}
    with receiving(whatsapp, credentials) as hook:
        assert whatsapp.account.registered(credentials, hook.url) is False
        for _ in range(2):
            whatsapp.account.register(credentials, hook.url)
        assert whatsapp.account.registered(credentials, hook.url) is True
        whatsapp.account.unregister(credentials, hook.url + "/another")
        assert whatsapp.account.registered(credentials, hook.url) is True
        whatsapp.account.unregister(credentials, hook.url)
        assert whatsapp.account.registered(credentials, hook.url) is False
        hook.credentials = replace(credentials, secrets={**credentials.secrets, "verify_token": "another"})
        with pytest.raises(PermanentFailure):
            whatsapp.account.register(credentials, hook.url)


# -- the leading client libraries, on the same square -----------------------------------------------------------------


@pytest.fixture
def library(square: SquarePlatform) -> Library:
    client = Library(PHONE, SECTION["access_token"], session=httpx.Client(timeout=60, trust_env=False))
    client.api._session.base_url = f"{square.home}/v26.0"
    return client


def test_the_square_keeps_to_what_the_library_expects(
    square: SquarePlatform, hook: WebhookReceiver, library: Library
) -> None:
    person = says(square)
    heard = hook.next().message_id
    sent = library.send_message(person, "Guten Tag", tracker="t-1")
    assert sent.id == square.messages(own=True)[0]["id"]
    assert library.mark_message_as_read(heard).success
    assert library.send_reaction(person, "👍", heard)
    image = library.send_image(person, b"\x89PNG", caption="Bild", mime_type="image/png")
    assert library.get_media_url(image.uploaded_media.id).url if image.uploaded_media else image.id
    number = library.get_business_phone_number(phone_id=PHONE)
    assert number.verified_name == SECTION["account_name"]
    assert library.block_users([person]).added_users


def test_the_library_tells_our_errors_apart(square: SquarePlatform, library: Library) -> None:
    person = says(square)
    language = TemplateLanguage.GERMAN
    with pytest.raises(errors.TemplateNotExists):
        library.send_template(person, "nonesuch", language, params=[BodyText.params("a")])
    with pytest.raises(errors.TemplateParamFormatMismatch):
        library.send_template(person, "nachfrage", language, params=[BodyText.params("a\nb")])
    square.fault("send", error={"code": 130429})
    with pytest.raises(errors.RateLimitHit):
        library.send_message(person, "a")
    square.expire()
    with pytest.raises(errors.ExpiredAccessToken):
        library.send_message(person, "a")


def made_by(square: SquarePlatform, act: Callable[[], object], ending: str) -> list[dict[str, Any]]:
    before = len(square.calls())
    act()
    calls = [each for each in square.calls()[before:] if each["path"].endswith(ending)]
    for call in calls:
        call["params"].pop("recipient_type", None)  # "individual" where it is left out
        for component in call["params"].get("template", {}).get("components", []):
            component["type"] = component["type"].lower()
        file = call["params"].get("file")
        if isinstance(file, dict):
            file.pop("name")
    return [{name: call[name] for name in ("method", "path", "params")} for call in calls]


def test_our_calls_are_the_librarys_calls(
    square: SquarePlatform, hook: WebhookReceiver, credentials: Credentials, library: Library
) -> None:
    """Method, path and meaning of the body: what the library sends for the same action, we send."""
    person = says(square)
    heard, tracker = hook.next().message_id, f"{OURS}/{person}"

    def same(ours: Callable[[], object], theirs: Callable[[], object], ending: str = "/messages") -> None:
        assert made_by(square, ours, ending) == made_by(square, theirs, ending)

    same(
        lambda: whatsapp.sender.try_send(outbound(person, "Moin"), credentials),
        lambda: library.send_message(person, "Moin", tracker=tracker),
    )
    number = "4915112345678"
    same(
        lambda: whatsapp.sender.try_send(outbound(number, "Moin"), credentials),
        lambda: library.send_message(number, "Moin", tracker=f"{OURS}/{number}"),
    )
    same(
        lambda: whatsapp.sender.try_send(outbound(person, "Läuft?", choices=(Choice("Ja", "ja"),)), credentials),
        lambda: library.send_message(person, "Läuft?", buttons=[Button("Ja", "ja")], tracker=tracker),
    )
    same(
        lambda: whatsapp.sender.try_send(outbound(person, "Läuft es?", way=Way.TEMPLATE), credentials),
        lambda: library.send_template(
            person, "nachfrage", TemplateLanguage.GERMAN, params=[BodyText.params("Läuft es?")], tracker=tracker
        ),
    )
    same(
        lambda: whatsapp.sender.try_moderate(Moderation.LIKE, heard, credentials, customer_id=person),
        lambda: library.send_reaction(person, "👍", heard),
    )
    same(
        lambda: whatsapp.sender.try_send(outbound(person, reply_to_id=heard), credentials),
        lambda: (
            library.mark_message_as_read(heard),
            library.send_message(person, "Wir schauen nach. 🙂", tracker=tracker),
        ),
    )
    file = (File("a.png", "image/png", b"\x89PNG"),)
    same(
        lambda: whatsapp.sender.try_send(outbound(person, "Bild", files=file), credentials),
        lambda: library.send_image(person, b"\x89PNG", caption="Bild", mime_type="image/png"),
        "/media",
    )
    for ours, theirs in ((Moderation.BLOCK, library.block_users), (Moderation.UNBLOCK, library.unblock_users)):
        same(
            lambda ours=ours: whatsapp.sender.try_moderate(ours, person, credentials),
            lambda theirs=theirs: theirs([person]),
            "/block_users",
        )


def test_metas_own_library_reads_the_account(square: SquarePlatform, credentials: Credentials) -> None:
    """It knows the business account and not the messages: the subscription is all that it has of ours."""
    session = FacebookSession(SECTION["app_id"], SECTION["app_secret"], SECTION["access_token"])
    session.GRAPH, session.requests.trust_env = square.home, False
    account = WhatsAppBusinessAccount(SECTION["waba_id"], api=FacebookAdsApi(session))
    assert list(account.get_subscribed_apps()) == []
    account.create_subscribed_app()
    assert len(account.get_subscribed_apps()) == 1


def test_unreadable_update_does_not_affect_others(square: SquarePlatform, hook: WebhookReceiver) -> None:
    square.control("/whatsapp/raw", update={"field": "messages", "value": {"messages": [{"type": "text"}]}})
    says(square)
    assert [isinstance(hook.next(), Fact) for _ in range(2)] == [False, True]
