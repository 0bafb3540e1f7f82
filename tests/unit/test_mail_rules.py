"""The active rule set of Amazon SES, and the rules that a stack leaves behind."""

from __future__ import annotations

import pytest

from infra import mail_rules


class Account:
    """The rule sets of an account and region; SES does not delete the active one."""

    def __init__(self, *, active: str | None = None, owned: bool = False, **sets: list[str]) -> None:
        self.sets = sets
        self.chosen = active
        self.owned = owned

    def active(self) -> str | None:
        return self.chosen

    def rules(self, name: str) -> list[str] | None:
        return self.sets.get(name)

    def activate(self, name: str | None) -> None:
        assert name is None or name in self.sets
        self.chosen = name

    def delete(self, name: str) -> None:
        assert name != self.chosen, "CannotDelete"
        del self.sets[name]

    def of_stack(self, stack: str) -> str | None:
        return stack if self.owned else None


@pytest.mark.parametrize("active", [None, "nachfrage", "company"])
def test_an_empty_rule_set_that_a_stack_left_behind_is_removed_also_when_it_is_active(active: str | None) -> None:
    account = Account(active=active, nachfrage=[], company=["post"])
    assert mail_rules.clear_leftover("nachfrage", account)
    assert account.sets == {"company": ["post"]}
    assert account.chosen == (None if active == "nachfrage" else active)


@pytest.mark.parametrize(
    "account",
    [
        Account(active="company", company=["post"]),
        Account(active="nachfrage", nachfrage=["somebody's"]),
        Account(active="nachfrage", owned=True, nachfrage=[]),
    ],
    ids=["none there", "with rules", "of a stack"],
)
def test_a_rule_set_that_is_used_is_never_removed(account: Account) -> None:
    before = (dict(account.sets), account.chosen)
    assert not mail_rules.clear_leftover("nachfrage", account)
    assert (account.sets, account.chosen) == before


def test_the_stacks_rule_set_becomes_the_active_one() -> None:
    account = Account(owned=True, nachfrage=["nachfrage"])
    assert mail_rules.activate("nachfrage", account) is None
    assert account.chosen == "nachfrage"


def test_a_rule_set_with_rules_is_replaced_only_if_somebody_says_so() -> None:
    account = Account(active="company", owned=True, nachfrage=["nachfrage"], company=["post"])
    with pytest.raises(SystemExit, match="MailRuleSetName=company"):
        mail_rules.activate("nachfrage", account)
    assert account.chosen == "company"
    assert mail_rules.activate("nachfrage", account, instead=True) == "company"
    assert account.chosen == "nachfrage"


def test_a_stack_without_a_rule_set_activates_none() -> None:
    with pytest.raises(SystemExit, match="MailDomain"):
        mail_rules.activate("nachfrage", Account(active="company", company=["post"]))


@pytest.mark.parametrize(("active", "after"), [("nachfrage", None), ("company", "company"), (None, None)])
def test_only_the_stacks_own_rule_set_is_deactivated(active: str | None, after: str | None) -> None:
    account = Account(active=active, owned=True, nachfrage=["nachfrage"], company=["post"])
    assert mail_rules.deactivate("nachfrage", account) is (active == "nachfrage")
    assert account.chosen == after
