"""The SES API v2, and what SES told for those who look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.params import json_object
from infra.square.platforms.email.answers import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.platforms.email.account import EmailAccount
    from infra.square.platforms.email.sending import Sending
    from infra.square.platforms.email.signature import Signature


class Api:
    """Answers signed calls."""

    def __init__(self, account: EmailAccount, calls: Calls, sending: Sending, signature: Signature) -> None:
        self.account = account
        self.calls = calls
        self.sending = sending
        self.signature = signature

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v2/email/outbound-emails", self._call("send", self.sending.send), methods=["POST"]),
            Route("/v2/email/identities/{identity}", self._call("profile", self._identity), methods=["GET"]),
            Route("/incoming", self._shown_incoming, methods=["GET"]),
            Route("/events", self._shown_events, methods=["GET"]),
        ]

    async def _shown_incoming(self, _request: Request) -> Response:
        return JSONResponse({"incoming": self.account.incoming})

    async def _shown_events(self, _request: Request) -> Response:
        return JSONResponse({"events": self.account.sent_events})

    def _call(
        self, kind: str, handler: Callable[[Request, dict[str, Any]], dict[str, Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            body = json_object(raw)
            self.calls.note(request, body)

            async def carry_out() -> Response:
                try:
                    self.signature.check(request, raw)
                    return JSONResponse(handler(request, body))
                except Refused as refused:
                    return refused.answer()

            def refuse(error: dict[str, Any]) -> Response:
                name = error.get("name") or "InternalServiceErrorException"
                response = Refused(error.get("http") or 500, name, error.get("message") or name).answer()
                response.headers.update(error.get("headers") or {})
                return response

            return await self.calls.answer(request, kind, carry_out, refuse)

        return endpoint

    def _identity(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        if request.path_params["identity"] != self.account.address.rpartition("@")[2]:
            raise Refused(404, "NotFoundException", f"Email identity {request.path_params['identity']} does not exist.")
        return {"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True, "VerificationStatus": "SUCCESS"}
