"""The page that asks for the server's password, and the check before everything else."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.limits.client_shares import ClientShares
from app.pages.rendering import Renderer
from app.web.allowed_origins import is_allowed
from app.web.clients import find_client
from app.web.password import COOKIE_SECONDS, WRONG_PER_MINUTE, SharedPassword

COOKIE = "livenet-password"
#: What is answered without the password: the page that asks for it and what that loads, which
#: is no secret; signs of life; and the plugin of decks elsewhere, which comes without cookies.
_OPEN = {
    "password.ask",
    "password.enter",
    "pages.send_file",
    "pages.show_icon",
    "slides.send_plugin",
    "slides.send_module",
    "api.tell_health",
    "api.tell_ready",
    # They have a rule of their own: for the operator only.
    "operation.send_metrics",
    "operation.show_status",
}
_PAGES = {"pages.show_playground", "pages.show_embed", "slides.show_demo"}
_CODE = "password_required"
#: A path of this server: browsers read two slashes, or a backslash, as another one's name.
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class PasswordGate:
    """Lets requests through that know the password, and shows the form to visitors who do not.

    Args:
        password: what is asked for.
        renderer: makes the page.
    """

    def __init__(self, password: SharedPassword, renderer: Renderer) -> None:
        self._password = password
        self._renderer = renderer
        self._wrong = ClientShares(WRONG_PER_MINUTE)

    def check(self) -> Response | None:
        """Returns what a request without the password is answered; None to let it through."""
        # Browsers send OPTIONS ahead of a request, without what it will know.
        if request.endpoint in _OPEN or request.method == "OPTIONS" or self.knows_cookie():
            return None
        given = _find_bearer()
        wait = None if given is None else self.try_password(given)
        if wait == 0:
            return None
        if wait:
            text = f"too many wrong passwords from this address; try again in {wait} s"
            return _refuse(429, text, wait)
        if request.endpoint in _PAGES and request.method in ("GET", "HEAD"):
            return self.show_form(401)
        return _refuse(401, "this server asks for a password")

    def knows_cookie(self) -> bool:
        """Whether the request has a cookie that is valid."""
        return self._password.accepts(request.cookies.get(COOKIE, ""))

    def make_cookie(self) -> str:
        """Returns the value of a cookie."""
        return self._password.make_cookie()

    def try_password(self, text: str) -> int | None:
        """Returns 0 for the right one, None for a wrong one, else the seconds to wait."""
        client = find_client()
        wait = self._wrong.charge(client)
        if wait or not self._password.matches(text):
            return wait or None
        self._wrong.give_back(client)
        return 0

    def show_form(self, status: int, problem: str = "", following: str = "") -> Response:
        """Returns the page with the form.

        Args:
            status: of the response.
            problem: `wrong`, `tooMany`, `notKept`, or nothing.
            following: the path where the visitor wants to go; that of the request unless given.
        """
        response = self._renderer.show(
            "password.html",
            problem=problem,
            action=f"{request.script_root}/password",
            following=following or request.full_path.removesuffix("?"),
        )
        response.status_code = status
        response.headers["Cache-Control"] = "no-store"
        return response


def add_password(app: Flask, gate: PasswordGate) -> None:
    """Adds the check of all requests, and the page at `/password`."""
    app.before_request(gate.check)
    blueprint = Blueprint("password", __name__)

    @blueprint.get("/password")
    def ask() -> Response | WerkzeugResponse:
        """Where a browser is sent with its new cookie, to see whether it has kept it."""
        following = _choose_path(request.args.get("next", ""))
        if gate.knows_cookie():
            return redirect(request.script_root + following, 303)
        return gate.show_form(401, "notKept" if "next" in request.args else "", following)

    @blueprint.post("/password")
    def enter() -> Response | WerkzeugResponse:
        # Else any page could have its visitors use up what their address may try.
        if not is_allowed(request.origin, request.host, ()):
            return _refuse(403, "this origin may not send passwords")
        following = _choose_path(request.form.get("next", ""))
        wait = gate.try_password(request.form.get("password", ""))
        if wait is None:
            return gate.show_form(401, "wrong", following)
        if wait:
            response = gate.show_form(429, "tooMany", following)
            response.headers["Retry-After"] = str(wait)
            return response
        query = urlencode({"next": following})
        kept = redirect(f"{request.script_root}/password?{query}", 303)
        _keep(kept, gate.make_cookie())
        return kept

    app.register_blueprint(blueprint)


def _find_bearer() -> str | None:
    """Returns the password of a client that is no browser: `Authorization: Bearer ...`."""
    given = request.authorization
    if given is None or given.type != "bearer":
        return None
    # Headers are read as Latin-1.
    return (given.token or "").encode("latin-1", "replace").decode(errors="replace")


def _refuse(status: int, message: str, wait: int = 0) -> Response:
    """One clear line, in the form that the address has errors in."""
    if request.path.startswith("/api/sessions"):
        response = jsonify(type="error", code=_CODE, path="", message=message)
    elif request.path.startswith("/api/"):
        response = jsonify(error={"code": _CODE, "message": message})
    else:
        response = Response(f"{message}\n", mimetype="text/plain")
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        # Not Basic: a browser would ask for a name, too, over the page.
        response.headers["WWW-Authenticate"] = 'Bearer realm="LiveNet"'
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _choose_path(text: str) -> str:
    """Returns where to go on: a path of this server, and nothing else."""
    return text if _PATH.fullmatch(text) else "/"


def _keep(response: WerkzeugResponse, value: str) -> None:
    """Sets the cookie, over HTTPS also in frames of other sites: one for each such site."""
    secure = request.is_secure
    response.set_cookie(
        COOKIE,
        value,
        max_age=COOKIE_SECONDS,
        path=request.script_root or "/",
        httponly=True,
        secure=secure,
        samesite="None" if secure else "Lax",
        partitioned=secure,
    )
    response.headers["Cache-Control"] = "no-store"
