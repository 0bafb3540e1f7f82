"""Templates have no holes, and buttons fit where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application import templates
from application.choices import choices
from shared.texts import LANGUAGES, raw

FIELDS = {"customer": "Jana", "agent": "Mira", "topic": "das WLAN", "days": "7"}
LONGEST_TITLE = 20
"""Characters of a button in Messenger."""


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hallo {{customer}}!", "Hallo Jana!"),
        ("{{ customer }}, {{topic}} nach {{days}} Tagen, {{agent}}", "Jana, das WLAN nach 7 Tagen, Mira"),
        ("{{customer}}{{customer}}", "JanaJana"),
        ("Ohne Felder, {auch} mit {Klammern} & $zeichen", "Ohne Felder, {auch} mit {Klammern} & $zeichen"),
    ],
)
def test_fields_are_filled_in_and_everything_else_stays(template: str, text: str) -> None:
    templates.check(template)
    assert templates.fill(template, FIELDS) == text


def test_a_value_is_text_and_never_a_template() -> None:
    assert templates.fill("Hallo {{customer}}", FIELDS | {"customer": "{{agent}} & <b>"}) == "Hallo {{agent}} & <b>"


@pytest.mark.parametrize("missing", [None, ""])
def test_a_field_without_a_value_is_an_error_and_no_hole(missing: str | None) -> None:
    with pytest.raises(templates.Unfilled) as unfilled:
        templates.fill("Hallo {{customer}}", FIELDS | {"customer": missing})
    assert unfilled.value.field == "customer"


def test_a_field_nobody_knows_is_refused_when_the_template_is_written() -> None:
    with pytest.raises(templates.Unfilled) as unknown:
        templates.check("Hallo {{kunde}}")
    assert unknown.value.field == "kunde"


@pytest.mark.parametrize(
    "broken", ["{{", "{{customer}", "{{Customer}}", "{{}}", "{{customer.name}}", "a {{ b", "{{{{x"]
)
def test_braces_that_open_no_field_are_refused(broken: str) -> None:
    with pytest.raises(ValueError):
        templates.check(broken)


@given(st.text())
def test_text_that_is_no_template_is_left_as_it_is(text: str) -> None:
    if "{{" not in text:
        assert templates.fill(text, {}) == text


@given(st.text(alphabet="{} customergntpidays", max_size=40))
def test_checked_template_can_be_filled_in(template: str) -> None:
    try:
        templates.check(template)
    except ValueError:
        return
    assert "{{" not in templates.fill(template, FIELDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_templates_are_good(language: str) -> None:
    for name in templates.SHIPPED:
        templates.check(raw(f"template.{name}", language))


@pytest.mark.parametrize("language", [*LANGUAGES, ""])
def test_buttons_are_as_short_as_messenger_wants_them(language: str) -> None:
    offered = choices(language)
    assert len({each.payload for each in offered}) == len(offered) == 3
    assert all(0 < len(each.title) <= LONGEST_TITLE for each in offered)
