"""The accounts of those who work here: who is invited, which roles and teams they have, who is switched off.

The user pool says who may sign in and with which roles; teams say who is a member. At every time one administrator
remains who can sign in: changes of administrators are made one after the other, under a lock.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from aws import agent_accounts
from console.errors import ApiError
from conversations.team_settings import MOST_MEMBERS
from storage import agents, audit, renewal_locks, team_names, teams
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws.agent_accounts import Account
    from console.authorization import Agent
    from console.bodies.agents import AgentChange, Invitation

LOCK = ("agents", "roles")
LOCKED = 60_000
"""Milliseconds for which changes of accounts hold the lock at most."""


class Person(Struct, frozen=True):
    """An account, the teams it is a member of, and whether its owner was here."""

    account: Account
    teams: tuple[str, ...]
    has_signed_in: bool


def every() -> list[Person]:
    """Return all accounts, by name."""
    members = {name: teams.team_now(name).members for name in team_names.names_now()}
    known = {each.id for each in agents.registered()}
    return [_person(account, members, account.id in known) for account in agent_accounts.every()]


def invite(agent: Agent, invitation: Invitation, now: int) -> Person:
    """Make an account, and have Cognito mail its first password; raises a 404, 409 or 422.

    An interrupted invitation leaves an account without a role, which is shown so, and is given one by a change.
    """
    _must_exist(invitation.teams)
    try:
        account = agent_accounts.invite(invitation.email, invitation.name)
        agent_accounts.set_roles(account, invitation.roles)
    except agent_accounts.AccountExists:
        raise ApiError(409, "agent_exists") from None
    except agent_accounts.AddressRefused:
        raise ApiError(422, "agent_address") from None
    _set_teams(agent, account.id, invitation.teams, now)
    audit.put(AuditEvent.AGENT_INVITED, agent.author, account.id, now, roles=list(invitation.roles))
    return _shown(replace(account, roles=invitation.roles))


def invite_again(agent: Agent, agent_id: str, now: int) -> Person:
    """Send another first password to one who has not signed in yet; raises a 404, 409 or 422."""
    account = _existing(agent_id)
    if account.status != agent_accounts.INVITED or not account.is_enabled:
        raise ApiError(409, "agent_not_invited")
    try:
        agent_accounts.invite_again(account)
    except agent_accounts.AddressRefused:
        raise ApiError(422, "agent_address") from None
    audit.put(AuditEvent.AGENT_INVITED, agent.author, account.id, now, roles=list(account.roles))
    return _shown(account)


def change(agent: Agent, agent_id: str, wanted: AgentChange, now: int) -> Person:
    """Give an account other roles or teams, or switch it off or on; raises a 404, 409 or 422.

    One who is switched off is signed out, and what they hold goes back to their teams; less rights are a reason to sign
    in again, too, as a token keeps the rights of its making.
    """
    _must_exist(wanted.teams or ())
    with _alone(now):
        account = _existing(agent_id)
        if wanted.roles is not None and account.is_federated:
            raise ApiError(422, "agent_of_directory")
        after = _after(account, wanted)
        _must_leave_an_admin(account, after)
        try:
            _carry_out(account, after)
        except agent_accounts.AccountMissing:
            raise ApiError(404, "no_agent") from None
    _note_departure(after, now)
    if wanted.teams is not None:
        _set_teams(agent, account.id, wanted.teams, now)
    if after != account:
        audit.put(_event(account, after), agent.author, account.id, now, roles=list(after.roles))
    return _shown(after)


def remove(agent: Agent, agent_id: str, now: int) -> None:
    """Remove an account for good; what they did keeps their name. Raises a 404 or 409."""
    with _alone(now):
        account = _existing(agent_id)
        after = replace(account, is_enabled=False)
        _must_leave_an_admin(account, after)
        _carry_out(account, after)
        _note_departure(after, now)
        agent_accounts.remove(account)
    _set_teams(agent, account.id, (), now)
    audit.put(AuditEvent.AGENT_REMOVED, agent.author, account.id, now)


# -- accounts ---------------------------------------------------------------------------------------------------------


@contextmanager
def _alone(now: int) -> Iterator[None]:
    """Change accounts while nobody else does, or two administrators could take each other's role. Raises a 409."""
    with renewal_locks.held(*LOCK, now, now + LOCKED) as is_free:
        if not is_free:
            raise ApiError(409, "agents_busy")
        yield


def _existing(agent_id: str) -> Account:
    account = next((each for each in agent_accounts.every() if each.id == agent_id), None)
    if account is None:
        raise ApiError(404, "no_agent")
    return account


def _after(account: Account, wanted: AgentChange) -> Account:
    roles = account.roles if wanted.roles is None else wanted.roles
    is_enabled = account.is_enabled if wanted.is_active is None else wanted.is_active
    return replace(account, roles=tuple(role for role in agent_accounts.ROLES if role in roles), is_enabled=is_enabled)


def _must_leave_an_admin(before: Account, after: Account) -> None:
    """Raise a 409 for a change after which nobody could sign in as an administrator."""
    if before.is_working_admin and not after.is_working_admin:
        others = [each for each in agent_accounts.every() if each.is_working_admin and each.id != before.id]
        if not others:
            raise ApiError(409, "last_admin")


def _carry_out(before: Account, after: Account) -> None:
    """Bring an account from one state to the other. Rights that are taken are taken first."""
    if before.is_enabled and not after.is_enabled:
        agent_accounts.switch_off(before)
    if before.roles != after.roles:
        agent_accounts.set_roles(before, after.roles)
        if after.is_enabled and set(before.roles) - set(after.roles):
            agent_accounts.end_sessions(before)
    if after.is_enabled and not before.is_enabled:
        agent_accounts.switch_on(before)


def _note_departure(account: Account, now: int) -> None:
    """Note at once who is gone, or there again; ``watch`` would find it, and gives back what they hold."""
    known = agents.known([account.id]).get(account.id)
    if known and bool(known.gone_at) == account.is_enabled:
        agents.mark(known, 0 if account.is_enabled else now)


def _event(before: Account, after: Account) -> AuditEvent:
    if before.is_enabled != after.is_enabled:
        return AuditEvent.AGENT_SWITCHED_ON if after.is_enabled else AuditEvent.AGENT_SWITCHED_OFF
    return AuditEvent.AGENT_ROLES


# -- teams ------------------------------------------------------------------------------------------------------------


def _must_exist(names: Sequence[str]) -> None:
    if set(names) - set(team_names.names_now()):
        raise ApiError(404, "no_team")


def _set_teams(agent: Agent, agent_id: str, wanted: Sequence[str], now: int) -> None:
    """Make an agent a member of these teams and of no other; raises a 422 for a team that is full."""
    for name in team_names.names_now():
        rules = teams.team_now(name)
        is_member = agent_id in rules.members
        if is_member == (name in wanted):
            continue
        others = tuple(each for each in rules.members if each != agent_id)
        members = others if is_member else (*others, agent_id)
        if len(members) > MOST_MEMBERS:
            raise ApiError(422, "rules", detail=f"members: at most {MOST_MEMBERS}")
        teams.put_team(replace(rules, members=members), now)
        audit.put(AuditEvent.MEMBERS, agent.author, name, now)


def _person(account: Account, members: dict[str, tuple[str, ...]], has_signed_in: bool) -> Person:
    mine = tuple(name for name, ids in members.items() if account.id in ids)
    return Person(account, mine, has_signed_in)


def _shown(account: Account) -> Person:
    members = {name: teams.team_now(name).members for name in team_names.names_now()}
    return _person(account, members, account.id in agents.known([account.id]))
