"""The routes of customers' cards."""

from __future__ import annotations

from chalice.app import Response

from console.actions import customer_export, customers
from console.authorization import LEADS
from console.bodies import customers as customer_bodies
from console.http import Api, now
from console.paging import page_of
from console.views import conversations as conversation_views
from console.views import customers as customer_views

api = Api(__name__)
_ONE = "/api/customers/{customer_id}"


@api.at(_ONE, "GET")
def read_customer(customer_id: str) -> Response:
    """A customer's card."""
    api.query()
    return _shown(customers.read(api.agent(), customer_id))


@api.at(_ONE, "PATCH")
def change_customer(customer_id: str) -> Response:
    """Change a customer's card."""
    wanted = customer_bodies.card_change(api.body())
    return _shown(customers.change(api.agent(), customer_id, wanted, now))


@api.at(_ONE + "/identities", "POST")
def join_identities(customer_id: str) -> Response:
    """Say that another customer is the same person."""
    return _shown(customers.join(api.agent(), customer_id, api.body()["customer"], now))


@api.at(_ONE + "/identities/{identity_id}", "DELETE")
def part_identity(customer_id: str, identity_id: str) -> Response:
    """Take an identity out of a person again."""
    api.no_body()
    return _shown(customers.part(api.agent(), customer_id, identity_id, now()))


@api.at(_ONE + "/export", "GET", LEADS)
def export_customer(customer_id: str) -> Response:
    """All that is known of a customer."""
    query, language = api.query("cursor"), api.language()
    person = customer_export.exported(api.agent(), customer_id, now(), is_continued="cursor" in query)
    threads = [conversation_views.whole(each, [], language, now()) for each in customer_export.threads_of(person)]
    proposals = list(map(customer_views.proposal, customer_export.proposals_of(api.agent(), person)))
    page = page_of("export", [*threads, *proposals], query.get("cursor"), {"customer": customer_id})
    return Response({"card": customer_views.card(person, language), **customer_views.sorted_export(page)})


def _shown(person: customers.Person) -> Response:
    return Response(customer_views.card(person, api.language()))
