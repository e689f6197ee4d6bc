"""Embeds: what a notebook shows of a network, and what is printed elsewhere."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit

from livenet.addresses import write_map, write_number, write_state
from livenet.options import check_option

SERVER = "http://127.0.0.1:8000"
#: Characters of a link that everything bears; longer states are stored by the server.
LONGEST = 2000
_SECONDS = 10.0


@dataclass(frozen=True)
class Embed:
    """A network in a frame: shown by Jupyter, and the link to it anywhere else.

    Attributes:
        address: of the embed.
        title: for those who cannot see it.
        width: pixels; None takes what room there is.
        height: pixels.
    """

    address: str
    title: str = "LiveNet"
    width: int | None = None
    height: int = 480

    def __str__(self) -> str:
        return self.address

    def __repr__(self) -> str:
        """What a console shows, and a notebook that shows no HTML."""
        return self.address

    def _repr_html_(self) -> str:
        """What Jupyter shows."""
        width = "100%" if self.width is None else str(self.width)
        return (
            f'<iframe src="{escape(self.address)}" title="{escape(self.title)}" width="{width}"'
            f' height="{self.height}" style="border:0;max-width:100%" loading="lazy"'
            ' allow="fullscreen"></iframe>'
        )


def embed(
    spec: Any = None,
    *,
    server: str = SERVER,
    width: int | None = None,
    height: int = 480,
    title: str = "LiveNet",
    panels: Iterable[str] | None = None,
    controls: Iterable[str] | None = None,
    theme: str | None = None,
    text: float | None = None,
    transparent: bool = False,
    start: str | None = None,
    epochs: int | None = None,
    stop_loss: float | None = None,
    until: str | None = None,
    goal: str | None = None,
    speed: int | None = None,
    lang: str | None = None,
) -> Embed:
    """Shows a network of a running server.

    Args:
        spec: what is trained, as a mapping of what differs from the default playground or as
            an `engine.Spec`; or an `engine.Trainer`, whose weights come along; or an
            `engine.Sweep`, whose map is trained anew by the server.
        server: where LiveNet runs, with a path if it has one.
        width: pixels; None takes what room there is.
        height: pixels.
        title: for those who cannot see it.
        panels: any of boundary, network, loss, unit, data, metrics, legend,
            landscape, step, spaces, gradients, race, map, search, classes, goal.
        controls: any of play, step (an epoch), step_batch (a batch), reset, speed, and words of
            the address, such as rate.
        theme: light or dark; else as the reader's system.
        text: size of the text, 0.75 to 2.
        transparent: whether the page shows through.
        start: pause, click or auto.
        epochs: after which training stops.
        stop_loss: train loss at which it stops.
        until: goal at which it stops, such as `test_loss < 0.1 within 500 epochs`; in place of
            epochs and stop_loss.
        goal: goal of the panel of that name.
        speed: epochs between two pictures.
        lang: en or ko; else as the reader's browser.

    Returns:
        What Jupyter shows as a frame, and a console as a link.

    Raises:
        ValueError: the spec or an argument breaks a rule; the message has name, rule and value.
        OSError: a state too long for a link could not be stored by the server.
    """
    for name, value in {"title": title, "transparent": transparent, "width": width}.items():
        check_option(name, value)
    check_option("height", 0 if height is None else height)
    options = {
        "panels": panels,
        "controls": controls,
        "background": "transparent" if transparent else None,
        "theme": theme,
        "text": text,
        "start": start,
        "epochs": epochs,
        "stop_loss": stop_loss,
        "until": until,
        "goal": goal,
        "speed": speed,
        "lang": lang,
    }
    checked = {
        word: value if word == "background" else check_option(word, value)
        for word, value in options.items()
    }
    said = [f"{word}={_write(value)}" for word, value in checked.items() if value is not None]
    base = f"{_check_server(server)}/embed"
    sweep = spec if hasattr(spec, "grid") else None
    if sweep is not None:
        spec, told = sweep.spec, sweep.grid.describe()
        said = [f"map={write_map(told['axes'], told['seeds'])}", *said]
        said += ["panels=map"] if panels is None else []
    room = LONGEST - len(base) - sum(map(len, said)) - len(said)
    state = _write_state(spec, server, room)
    query = "&".join([*([state] if state else []), *said])
    return Embed(f"{base}?{query}" if query else base, title, width, height)


def _check_server(server: str) -> str:
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"server must be an address such as {SERVER}, got {server!r}")
    return server.rstrip("/")


def _write(value: Any) -> str:
    if isinstance(value, str):
        return quote(value, safe=",")
    if isinstance(value, int | float):
        return write_number(value)
    return quote(",".join(value) or "none", safe=",")


def _write_state(spec: Any, server: str, room: int) -> str:
    """Returns the words of a state, and stores what is too long for them."""
    if spec is None:
        return ""
    try:
        import engine  # noqa: PLC0415 - the page alone may be all that there is here
    except ImportError:
        return _write_unchecked(spec)
    payload = None
    if isinstance(spec, engine.Trainer):
        payload = engine.make_payload(spec.snapshot(), spec.initial, points=True, weights="now")
        spec = spec.spec
    elif not isinstance(spec, engine.Spec):
        spec = engine.parse_spec(spec)
    if payload is None and spec.data.name == "points":
        payload = engine.LinkPayload(spec.data.points)
    words = engine.dump_spec(spec, points=False), engine.dump_spec(engine.Spec(), points=False)
    if payload is None:
        return write_state(*words)
    content = engine.encode_payload(payload)
    inline = write_state(*words, engine.write_word(content))
    return inline if len(inline) < room else write_state(*words, _store(content, server))


def _write_unchecked(spec: Any) -> str:
    if not isinstance(spec, Mapping):
        raise ValueError(f"spec must be a mapping, got {type(spec).__name__}")
    if spec.get("data", {}).get("name") == "points":
        raise ValueError("points of one's own need the engine, which cannot be imported here")
    return write_state(spec)


def _store(content: bytes, server: str) -> str:
    address = f"{_check_server(server)}/api/states"
    request = urllib.request.Request(address, content, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return json.load(answer)["id"]
    except urllib.error.HTTPError as error:
        with error:
            told = json.load(error).get("message", error.reason)
        raise OSError(f"{server} does not keep this state: {told}") from None
