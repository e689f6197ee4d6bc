"""What a connection does that needs no network: which session it asks for."""

from __future__ import annotations

from typing import Any

from tests.page.node import Modules

#: A connection over a transport that keeps what is sent; `kept` is the storage of the tab.
MAKE = """
    globalThis.window ??= { addEventListener() {} };
    const { createConnection } = await import("stream/connection");
    const kept = new Map(Object.entries(arguments[0]));
    const storage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
    const sent = [];
    let events;
    function open(on) {
      events = on;
      return { send: (message) => sent.push(message), close() {} };
    }
    const toOpen = () => ({ spec: {} });
    const make = (session) => createConnection({ open, storage, toOpen, session });
    const spec = { data: {} };
    const opened = (session) => events.message({ type: "opened", session, id: 1, spec });
"""
KEPT = {"livenet.session": "a-session-that-is-kept"}


def run(modules: Modules, script: str, kept: dict[str, str]) -> Any:
    return modules.load(MAKE + script, kept)


def test_a_page_keeps_its_session_when_the_next_page_of_the_tab_has_another(
    modules: Modules,
) -> None:
    """A page that comes back from the browser's memory finds the storage of the page after it."""
    sent, token = run(
        modules,
        """const connection = make();
           connection.connect();
           events.ready();
           opened("the-session-of-this-page");
           storage.setItem("livenet.session", "the-session-of-the-next");
           connection.connect();
           events.ready();
           return [sent, connection.token()];""",
        KEPT,
    )
    assert sent == [
        {"type": "open", "session": "a-session-that-is-kept"},
        {"type": "open", "session": "the-session-of-this-page"},
    ]
    assert token == "the-session-of-this-page"


def test_a_link_begins_a_session_of_its_own(modules: Modules) -> None:
    sent, kept = run(
        modules,
        """make(null).connect();
           events.ready();
           return [sent, storage.getItem("livenet.session")];""",
        KEPT,
    )
    assert sent == [{"type": "open", "spec": {}}]
    assert kept is None


def test_a_session_that_is_lost_is_forgotten(modules: Modules) -> None:
    sent, kept, token = run(
        modules,
        """const connection = make("an-entry-of-the-history");
           connection.connect();
           events.ready();
           events.message({ type: "error", code: "unknown_session", message: "" });
           return [sent, storage.getItem("livenet.session"), connection.token()];""",
        KEPT,
    )
    assert sent == [
        {"type": "open", "session": "an-entry-of-the-history"},
        {"type": "open", "spec": {}},
    ]
    assert kept is None
    assert token is None


def test_what_is_no_token_is_not_sent(modules: Modules) -> None:
    sent = run(
        modules, "make().connect(); events.ready(); return sent;", {"livenet.session": "<short>"}
    )
    assert sent == [{"type": "open", "spec": {}}]
