"""Operator access: who may read metrics and status."""

from __future__ import annotations

import hmac

from flask import Response, request

from app.api.addresses import is_at_the_machine

_HINT = (
    "only this machine may read this; set LIVENET_OPERATOR_TOKEN, and send it as a bearer token"
    " or as a password\n"
)


class OperatorAccess:
    """Rule for requests of the operator.

    With a token only who sends it may read, as a bearer token or as the password of any user;
    without one only a client at this machine that comes through no proxy.

    Args:
        token: the setting `LIVENET_OPERATOR_TOKEN`; None if it is not set.
    """

    def __init__(self, token: str | None) -> None:
        self._token = token

    def refuse(self) -> Response | None:
        """Returns the refusal of the present request; None if it may be answered."""
        if self._token is None:
            if is_at_the_machine():
                return None
            return Response(_HINT, 403, mimetype="text/plain")
        if hmac.compare_digest(_read_token().encode(), self._token.encode()):
            return None
        refusal = Response("the operator's token is missing or wrong\n", 401, mimetype="text/plain")
        refusal.headers["WWW-Authenticate"] = 'Basic realm="LiveNet", charset="UTF-8"'
        return refusal


def _read_token() -> str:
    """Returns what the Authorization header says; empty if that is nothing."""
    said = request.authorization
    if said is None:
        return ""
    return (said.password if said.type == "basic" else said.token) or ""
