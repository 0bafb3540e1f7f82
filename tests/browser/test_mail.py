"""Mails on the page: who wrote, to whom an answer goes and how that is changed, and text that is folded away."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, SquarePlatform, wait_for
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person
from tests.browser.platform_files import PNG
from tests.browser.talk import Json, answer_field


@pytest.fixture
def mailboxes(stack: Stack) -> SquarePlatform:
    """The customers' mailboxes, and SES."""
    return SquarePlatform(stack.values, "email")


class Exchange:
    """Mails between Anna, Bernd in Cc, and the company; of each test its own."""

    def __init__(self, mailboxes: SquarePlatform, agent_api: AgentApi) -> None:
        self.name = secrets.token_hex(4)
        self.mailboxes, self.agent_api = mailboxes, agent_api
        self.anna, self.bernd = f"anna.{self.name}@c15.example", f"bernd.{self.name}@c15b.example"

    def anna_writes(self) -> Json:
        return self._comes(
            f"From: Anna {self.name} <{self.anna}>",
            "To: hilfe@nordlicht.example",
            f"Cc: Bernd Zweiter <{self.bernd}>",
            f"Subject: Abbuchung {self.name}",
            f"Message-ID: <1.{self.name}@c15.example>",
            "",
            f"Wir wurden zweimal belastet, {self.name}.",
        )

    def bernd_writes(self) -> Json:
        return self._comes(
            f"From: Bernd Zweiter <{self.bernd}>",
            "To: hilfe@nordlicht.example",
            f"Cc: Anna {self.name} <{self.anna}>",
            f"Subject: Re: Abbuchung {self.name}",
            f"Message-ID: <2.{self.name}@c15b.example>",
            f"In-Reply-To: <1.{self.name}@c15.example>",
            "",
            f"Bitte nur mir antworten, {self.name}.",
            "",
            "Am 28.11.2026 um 10:00 schrieb Anna:",
            "> Das steht oben schon.",
        )

    def _comes(self, *lines: str) -> Json:
        """Have a mail arrive; return the conversation once it is there."""
        raw = "\r\n".join(lines).encode()
        self.mailboxes.do("raw_mail", content=base64.b64encode(raw).decode())
        text = next(line for line in lines if line.endswith(f"{self.name}."))

        def found() -> Json | None:
            heads = [each for each in self.agent_api.inbox() if each["title"] == f"Abbuchung {self.name}"]
            wholes = [self.agent_api.read(each["id"]) for each in heads]
            return next((each for each in wholes if any(text == said["text"] for said in each["messages"])), None)

        return wait_for("the mail", found)

    def sent(self) -> Json:
        """Return the recipients of the only mail that the company sent to one of the two."""
        return wait_for("the answer", self._sent)["traits"]

    def _sent(self) -> Json | None:
        threads = self.mailboxes.view()["threads"]
        ours = [each for thread in threads for each in thread["messages"] if each["author"]["own"]]
        return next((each for each in ours if self.name in each["traits"]["to"]), None)


@pytest.fixture
def exchange(mailboxes: SquarePlatform, agent_api: AgentApi) -> Exchange:
    return Exchange(mailboxes, agent_api)


def expect_chips(page: Page, *chips: str) -> None:
    """Wait until the composer shows these recipients and no others."""
    expect(page.locator(".composer .recipient")).to_have_text(list(chips), use_inner_text=True)


def test_answer_goes_visibly_to_who_wrote_last_and_can_be_readdressed(page_of: PageOf, exchange: Exchange) -> None:
    exchange.anna_writes()
    conversation = exchange.bernd_writes()
    page = page_of(place=f"#/c/{conversation['id']}")
    field = answer_field(page)
    expect_chips(page, f"Bernd Zweiter {exchange.bernd}")
    last = page.locator(".message").last
    expect(last.locator(".message-address")).to_contain_text(exchange.bernd)
    last.locator(".message-recipients summary").click()
    expect(last.get_by_role("listitem").filter(has_text=exchange.anna)).to_be_visible()
    field.fill("Liebe beide.")
    page.get_by_role("button", name="To, Cc, subject").click()
    page.get_by_role("button", name=f"Add Anna {exchange.name} to Cc").click()
    page.get_by_label("Subject").fill("Ihre Erstattung")
    assert barriers(page) == []
    page.get_by_label("Subject").press("Enter")
    expect_chips(page, f"Bernd Zweiter {exchange.bernd}", f"Anna {exchange.name} {exchange.anna}")
    page.reload()
    expect(page.get_by_label("Subject")).to_have_value("Ihre Erstattung")
    answer_field(page).press("Control+Enter")
    traits = exchange.sent()
    assert traits["recipients"] == {"to": [exchange.bernd], "cc": [exchange.anna]}
    assert traits["subject"] == "Ihre Erstattung"
    ours = page.locator(".message.is-outbound").last
    expect(ours).to_contain_text(f"to Bernd Zweiter, Cc Anna {exchange.name}")
    expect(ours.locator(".message-title")).to_have_text("Ihre Erstattung")


def test_words_for_one_person_do_not_go_to_another_who_writes_meanwhile(page_of: PageOf, exchange: Exchange) -> None:
    conversation = exchange.anna_writes()
    page = page_of(place=f"#/c/{conversation['id']}", size=PHONE)
    answer_field(page).fill("Liebe Anna, nur für Sie.")
    expect_chips(page, f"Anna {exchange.name} {exchange.anna}")
    exchange.bernd_writes()
    expect(page.get_by_text("Bernd Zweiter wrote last.")).to_be_visible(timeout=60_000)
    expect_chips(page, f"Anna {exchange.name} {exchange.anna}")
    assert barriers(page) == []
    page.get_by_role("button", name="Reply to Bernd Zweiter").click()
    expect_chips(page, f"Bernd Zweiter {exchange.bernd}")


def test_folded_text_is_unfolded_on_request_in_german(page_of: PageOf, exchange: Exchange) -> None:
    exchange.anna_writes()
    conversation = exchange.bernd_writes()
    page = page_of(place=f"#/c/{conversation['id']}", language="de-DE", size=PHONE)
    last = page.locator(".message").last
    quoted = last.get_by_text("Das steht oben schon.")
    expect(quoted).to_be_hidden()
    last.get_by_text("Zitierten Text zeigen").click()
    expect(quoted).to_be_visible()
    expect(last.locator(".message-address")).to_contain_text(exchange.bernd)
    page.get_by_role("button", name="Kundendetails").click()
    expect(page.locator(".side-address")).to_contain_text(exchange.anna)
    assert barriers(page) == []


def test_formatted_mail_is_shown_with_its_formatting_and_as_text_on_request(
    page_of: PageOf, exchange: Exchange, mailboxes: SquarePlatform
) -> None:
    anna, name = exchange.anna, exchange.name
    html = f"<p>Die <b>dritte</b> Lampe, {name}.</p><script>alert(1)</script><img src=https://tracker.example/1.gif>"
    head = [f"From: Anna {name} <{anna}>", "To: hilfe@nordlicht.example", f"Message-ID: <9.{name}@c15.example>"]
    lines = [*head, f"Subject: Lampe {name}", "Content-Type: text/html; charset=utf-8", "", html]
    mailboxes.do("raw_mail", content=base64.b64encode("\r\n".join(lines).encode()).decode())

    def found() -> Json | None:
        return next((each for each in exchange.agent_api.inbox() if each["title"] == f"Lampe {name}"), None)

    conversation = wait_for("the mail", found)
    page = page_of(place=f"#/c/{conversation['id']}")
    rich = page.locator(".message-rich")
    expect(rich.locator("b")).to_have_text("dritte")
    expect(rich.locator("img, script")).to_have_count(0)
    assert barriers(page) == []
    page.get_by_role("button", name="Show as plain text").click()
    expect(rich).to_have_count(0)
    expect(page.locator(".message-text").last).to_contain_text("dritte Lampe")


def test_picture_in_a_formatted_mail_is_seen_large_by_keyboard(
    page_of: PageOf, exchange: Exchange, mailboxes: SquarePlatform, shoot: Callable[[Page, str], None]
) -> None:
    name, mail = exchange.name, EmailMessage()
    mail["From"], mail["To"] = f"Anna {name} <{exchange.anna}>", "hilfe@nordlicht.example"
    mail["Subject"], mail["Message-ID"] = f"Router {name}", f"<8.{name}@c15.example>"
    mail.set_content("So sieht er aus.")
    page_of_mail = "<p>So sieht er aus:</p><img src=cid:vorne alt='Vorderseite'><img src=cid:hinten alt='Rückseite'>"
    mail.add_alternative(page_of_mail, subtype="html")
    whole = mail.get_body(("html",))
    assert whole is not None
    for picture in ("vorne", "hinten"):
        whole.add_related(PNG, "image", "png", cid=f"<{picture}>", filename=f"{picture}.png")
    mailboxes.do("raw_mail", content=base64.b64encode(mail.as_bytes()).decode())

    def found() -> Json | None:
        return next((each for each in exchange.agent_api.inbox() if each["title"] == f"Router {name}"), None)

    def stored() -> bool:
        messages = exchange.agent_api.read(conversation["id"])["messages"]
        return [each["state"] for message in messages for each in message["attachments"]] == ["stored", "stored"]

    conversation = wait_for("the mail", found)
    wait_for("its pictures", stored)
    page = page_of(place=f"#/c/{conversation['id']}")
    front = page.locator(".message-rich").get_by_role("button", name="Image at full size: Vorderseite")
    expect(page.locator(".attached-picture")).to_have_count(0)
    front.focus()
    shoot(page, "mail-picture")
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Vorderseite")
    expect(dialog).to_contain_text("1 of 2")
    assert barriers(page, "dialog") == []
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Rückseite")
    shoot(page, "mail-picture-large")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(front).to_be_focused()
    assert barriers(page) == []
    page.get_by_role("button", name="Show as plain text").click()
    expect(page.locator(".attached-picture")).to_have_count(2)


@pytest.fixture
def left_out(mailboxes: SquarePlatform, stack: Stack) -> str:
    """An absence note that came in and was left out; its subject."""
    subject = f"Abwesend {secrets.token_hex(4)} <b>"
    head = ["From: Mira <mira@mail.example>", "To: hilfe@nordlicht.example", f"Message-ID: <{secrets.token_hex(8)}@x>"]
    raw = "\r\n".join([*head, f"Subject: {subject}", "Auto-Submitted: auto-replied", "", "Bis Montag."])
    mailboxes.do("raw_mail", content=base64.b64encode(raw.encode()).decode())
    return subject


def test_mail_that_was_left_out_is_listed_with_why_and_from_whom(page_of: PageOf, lea: Person, left_out: str) -> None:
    page = page_of(lea, place="#/unread")
    page.get_by_role("link", name="Emails that were left out").click()
    expect(page.get_by_role("heading", level=1, name="Emails left out")).to_be_visible()

    def is_listed() -> bool:
        page.reload()
        expect(page.get_by_role("heading", level=1, name="Emails left out")).to_be_visible()
        expect(page.locator(".admin-tab .listing, .admin-tab .empty").first).to_be_visible()
        return page.get_by_text(left_out).count() > 0

    wait_for("the mail", is_listed)
    entry = page.locator(".left-out-row").filter(has_text=left_out)
    expect(entry).to_contain_text("Mira <mira@mail.example>")
    expect(entry).to_contain_text("An automatic reply, such as an absence note.")
    expect(page.get_by_role("region", name="By reason")).to_contain_text("An automatic reply")
    assert barriers(page) == []


def test_list_of_what_was_left_out_is_read_in_german_on_a_phone(page_of: PageOf, lea: Person) -> None:
    page = page_of(lea, place="#/settings/left-out", language="de-DE", size=PHONE)
    expect(page.get_by_role("heading", level=1, name="Ausgelassene E-Mails")).to_be_visible()
    assert barriers(page) == []


def test_technician_without_a_seat_is_asked_by_mail_and_their_answer_is_a_note(
    page_of: PageOf, exchange: Exchange, mailboxes: SquarePlatform, shoot: Callable[[Page, str], None]
) -> None:
    conversation = exchange.anna_writes()
    technician = f"timo.{exchange.name}@technik.example"
    page = page_of(place=f"#/c/{conversation['id']}")
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("button", name="Forward by e-mail").click()
    dialog = page.get_by_role("dialog", name="Forward by e-mail")
    dialog.get_by_label("E-mail address").fill(technician)
    dialog.get_by_label("Your comment").fill("Kennen Sie das?")
    assert barriers(page) == []
    shoot(page, "forward-dialog")
    dialog.get_by_role("button", name="Forward", exact=True).click()
    note = page.locator(".message.is-note").filter(has_text="Kennen Sie das?")
    note.get_by_role("button", name="Undo").click()
    expect(note).to_have_count(0)
    expect(answer_field(page)).to_have_value("")
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("button", name="Forward by e-mail").click()
    dialog.get_by_label("E-mail address").fill(technician)
    dialog.get_by_label("Your comment").fill("Kennen Sie diese Abbuchung?")
    dialog.get_by_role("button", name="Forward", exact=True).click()
    note = page.locator(".message.is-note").filter(has_text="Kennen Sie diese Abbuchung?")
    expect(note).to_contain_text("Forwarded with all messages, internal")
    expect(note).to_contain_text(technician)

    def there() -> Json | None:
        threads = mailboxes.view()["threads"]
        mails = [each for thread in threads for each in thread["messages"] if each["author"]["own"]]
        return next((each for each in mails if each["traits"]["to"] == technician), None)

    asked = wait_for("the forward", there)
    assert asked["text"].startswith("Kennen Sie diese Abbuchung?")
    assert f"Wir wurden zweimal belastet, {exchange.name}." in asked["text"]
    mailboxes.post(author={"id": technician}, text="Ja, das war ein Fehler.", private=True, to=asked["id"])
    answer = page.locator(".message.is-note").filter(has_text="Ja, das war ein Fehler.")
    expect(answer).to_contain_text("Answer to a forward, internal", timeout=60_000)
    expect(answer).to_contain_text(technician)
    assert barriers(page) == []
    shoot(page, "forward-answered")
    (read,) = [exchange.agent_api.read(conversation["id"])]
    assert (read["inbound"], read["mentioned"]) == (1, [read["messages"][-1]["mentions"][0]])


def test_forward_dialog_fits_a_dark_phone_in_german(
    page_of: PageOf, exchange: Exchange, shoot: Callable[[Page, str], None]
) -> None:
    conversation = exchange.anna_writes()
    page = page_of(place=f"#/c/{conversation['id']}", size=PHONE, language="de-DE", dark=True)
    page.get_by_role("button", name="Mehr", exact=True).first.click()
    page.get_by_role("button", name="Per E-Mail weiterleiten").click()
    dialog = page.get_by_role("dialog", name="Per E-Mail weiterleiten")
    expect(dialog.get_by_label("Ihr Kommentar")).to_be_visible()
    shoot(page, "forward-dialog-phone-dark")
    assert barriers(page) == []
    for control in dialog.locator("input, select, textarea, button").all():
        box = control.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]
