"""What a connection does that needs no network: sessions, retries, specs of frames."""

from __future__ import annotations

from typing import Any

import pytest
from safetensors.numpy import save

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
    const handed = [];
    let takeOver = async () => true;
    const make = (session) => createConnection({ open, storage, toOpen, session,
      takeOver: (token, state) => { handed.push([token, state]); return takeOver(); } });
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
        {"type": "open", "session": "a-session-that-is-kept", "wait": True},
        {"type": "open", "session": "the-session-of-this-page", "wait": True},
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
    assert sent == [{"type": "open", "spec": {}, "wait": True}]
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
        {"type": "open", "session": "an-entry-of-the-history", "wait": True},
        {"type": "open", "spec": {}, "wait": True},
    ]
    assert kept is None
    assert token is None


def test_a_page_whose_password_has_expired_is_told_and_asks_for_nothing_more(
    modules: Modules,
) -> None:
    """Its reload shows the form; the session stays what the tab comes back to."""
    sent, told, kept = run(
        modules,
        """const connection = make();
           const told = [];
           for (const name of ["locked", "error", "state"]) {
             connection.on(name, (about) => told.push(about?.name ?? name));
           }
           connection.connect();
           events.ready();
           events.message({ type: "error", code: "password_required", message: "" });
           return [sent, told, storage.getItem("livenet.session")];""",
        KEPT,
    )
    assert sent == [{"type": "open", "session": "a-session-that-is-kept", "wait": True}]
    assert told == ["connecting", "waiting", "locked"]
    assert kept == "a-session-that-is-kept"


def test_what_is_no_token_is_not_sent(modules: Modules) -> None:
    sent = run(
        modules, "make().connect(); events.ready(); return sent;", {"livenet.session": "<short>"}
    )
    assert sent == [{"type": "open", "spec": {}, "wait": True}]


#: The session is open; what is told and when it connects again are kept, and timers stand still.
OPEN = """
    const waits = [];
    globalThis.setTimeout = (call, wait) => waits.push(wait);
    const connection = make(null);
    const told = [];
    for (const name of ["state", "frame", "refused", "error"]) {
      connection.on(name, (about) => told.push([name, about]));
    }
    connection.connect();
    events.ready();
    const points = [[1, 2, 0], [2, 1, 1]];
    events.message({ type: "opened", session: "the-session-of-this-page", id: 0,
      spec: { data: { points } } });
    told.length = sent.length = 0;
    const states = () => told.filter(([name]) => name === "state")
      .map(([, { name, seconds }]) => [name, seconds]);
"""


@pytest.fixture
def timers(modules: Modules) -> Any:
    modules.load("globalThis.usualTimeout = globalThis.setTimeout;")
    yield
    modules.load("globalThis.setTimeout = globalThis.usualTimeout;")


@pytest.mark.usefixtures("timers")
@pytest.mark.parametrize(("code", "name"), [(4001, "taken"), (4002, "idle")])
def test_nobody_connects_again_who_was_told_to_go(modules: Modules, code: int, name: str) -> None:
    states, waits = run(modules, OPEN + f"events.close({code}); return [states(), waits];", {})
    assert (states, waits) == ([[name, 0]], [])


@pytest.mark.usefixtures("timers")
def test_a_lost_connection_is_tried_again_ever_less_often(modules: Modules) -> None:
    states, waits, after = run(
        modules,
        OPEN
        + """for (let i = 0; i < 7; i += 1) events.close(1006);
             const lost = states();
             connection.connect();
             events.ready();
             opened("the-session-of-this-page");
             events.close(1006);
             return [lost, [...waits], states().at(-1)];""",
        {},
    )
    assert states == [["lost", seconds] for seconds in (0.5, 1, 2, 4, 4, 4, 4)]
    assert len(waits) == 8
    for wait, (_, seconds) in zip(waits, states, strict=False):
        assert 850 * seconds <= wait <= 1150 * seconds, "not all pages at the same moment"
    assert after == ["lost", 0.5]


@pytest.mark.usefixtures("timers")
def test_an_edit_that_is_refused_opens_nothing_else(modules: Modules) -> None:
    refused = '{ type: "error", code: "invalid_spec", message: "", path: "" }'
    told, sent = run(
        modules,
        OPEN
        + f"""events.message({refused});
              const edit = told.splice(0).map(([name]) => name);
              connection.connect();
              events.ready();
              sent.length = told.length = 0;
              events.message({refused});
              return [[edit, told.map(([name]) => name)], sent];""",
        {},
    )
    assert told == [["error"], ["refused"]]
    assert sent == [{"type": "open", "spec": {}, "wait": True}], "what was to be opened was refused"


@pytest.mark.usefixtures("timers")
def test_a_frame_has_the_spec_that_it_names_with_its_points(modules: Modules) -> None:
    blobs = [list(save({}, metadata={"spec_id": str(number)})) for number in (1, 20, 99)]
    seen, acks = modules.load(
        MAKE
        + OPEN
        + """for (let id = 1; id <= 20; id += 1) {
               events.message({ type: "spec", id, spec: { data: {}, seed: id } });
             }
             told.length = 0;
             const acks = arguments[1].map((blob) => {
               events.frame(new Uint8Array(blob).buffer);
               return sent.splice(0).length;
             });
             const frames = told.filter(([name]) => name === "frame");
             return [frames.map(([, { spec }]) => [spec.seed, spec.data.points]), acks];""",
        {},
        blobs,
    )
    assert seen == [[20, [[1, 2, 0], [2, 1, 1]]]]
    # No more than it needs are kept; a frame that nobody can paint makes room for the next.
    assert acks == [0, 0, 1]


@pytest.mark.usefixtures("timers")
def test_who_waits_in_the_line_says_its_place_and_begins_at_its_turn(modules: Modules) -> None:
    queued = '{ type: "queued", session: "waits", place: 3, places: 64, lack: "sessions" }'
    states, sent, waits, token = run(
        modules,
        OPEN
        + f"""connection.connect();
              events.ready();
              events.message({queued});
              events.message({{ ...{queued}, place: 2 }});
              opened("the-session-of-this-page");
              const seen = told.filter(([name]) => name === "state")
                .map(([, {{ name, queue }}]) => [name, queue?.place ?? null]);
              return [seen, sent, waits, connection.token()];""",
        {},
    )
    ours = [state for state in states if state[0] != "connecting"]
    assert ours == [["waiting", None], ["queued", 3], ["queued", 2], ["open", None]]
    assert sent == [{"type": "open", "session": TOKEN, "wait": True}]
    assert (waits, token) == ([], TOKEN)


@pytest.mark.usefixtures("timers")
def test_what_is_refused_at_its_turn_is_opened_without_it(modules: Modules) -> None:
    told, sent = run(
        modules,
        OPEN
        + """connection.connect();
             events.ready();
             events.message({ type: "queued", session: "waits", place: 1, places: 2 });
             sent.length = 0;
             events.message({ type: "error", code: "unknown_state", message: "", path: "" });
             return [told.map(([name]) => name).at(-1), sent];""",
        {},
    )
    assert (told, sent) == ("refused", [{"type": "open", "spec": {}, "wait": True}])


#: The server stops, hands the session over, and the page comes to one that does not know it.
STOPPED = (
    OPEN
    + """
    const settle = () => new Promise((done) => queueMicrotask(() => queueMicrotask(() =>
      queueMicrotask(() => queueMicrotask(done)))));
    connection.on("renewed", () => told.push(["renewed"]));
    const come = async () => {
      connection.connect();
      events.ready();
      events.message({ type: "error", code: "unknown_session", message: "" });
      await settle();
    };
    events.message({ type: "handover", state: "signed", seconds: 600 });
    events.close(1001);
"""
)
TOKEN = "the-session-of-this-page"


@pytest.mark.usefixtures("timers")
def test_a_server_that_does_not_know_the_session_takes_it_over(modules: Modules) -> None:
    sent, handed, token, renewed = run(
        modules,
        STOPPED
        + """await come();
             const renewed = told.some(([name]) => name === "renewed");
             return [sent, handed, connection.token(), renewed];""",
        {},
    )
    assert sent == [{"type": "open", "session": TOKEN, "wait": True}] * 2
    assert handed == [[TOKEN, "signed"]]
    assert (token, renewed) == (TOKEN, False)


@pytest.mark.usefixtures("timers")
def test_what_is_not_taken_over_begins_anew(modules: Modules) -> None:
    sent, handed, renewed = run(
        modules,
        STOPPED
        + """takeOver = async () => false;
             await come();
             return [sent, handed, told.some(([name]) => name === "renewed")];""",
        {},
    )
    assert sent == [
        {"type": "open", "session": TOKEN, "wait": True},
        {"type": "open", "spec": {}, "wait": True},
    ]
    assert handed == [[TOKEN, "signed"]]
    assert renewed


@pytest.mark.usefixtures("timers")
def test_a_server_that_may_take_it_over_later_is_asked_again(modules: Modules) -> None:
    sent, handed, states_then = run(
        modules,
        STOPPED
        + """takeOver = async () => { throw new Error("busy"); };
             await come();
             const then = states().at(-1)[0];
             takeOver = async () => true;
             await come();
             return [sent, handed, then];""",
        {},
    )
    assert sent == [{"type": "open", "session": TOKEN, "wait": True}] * 3
    assert handed == [[TOKEN, "signed"]] * 2
    assert states_then == "lost"


@pytest.mark.usefixtures("timers")
def test_a_session_that_goes_on_needs_no_handover(modules: Modules) -> None:
    """What was handed over is of a moment that has passed."""
    sent, handed = run(
        modules,
        STOPPED
        + """connection.connect();
             events.ready();
             opened("the-session-of-this-page");
             events.close(1006);
             await come();
             return [sent.at(-1), handed];""",
        {},
    )
    assert sent == {"type": "open", "spec": {}, "wait": True}
    assert handed == []


def test_what_holds_answers_back_is_said_until_they_come(modules: Modules) -> None:
    states = run(
        modules,
        """const connection = make();
           const states = [];
           connection.on("state", ({ name }) => states.push(name));
           connection.connect();
           events.ready();
           opened("a-session");
           events.message({ type: "held" });
           events.message({ type: "alive" });
           events.message({ type: "alive" });
           return states;""",
        {},
    )
    assert states == ["connecting", "waiting", "open", "held", "open"]


def test_a_stream_that_brings_nothing_is_held_back(modules: Modules) -> None:
    """The server sends a first message at once; a proxy that waits for the end sends none."""
    heard = modules.load(
        """const { openHttpStream } = await import("stream/http-stream");
           const { setTimeout, clearTimeout, fetch } = globalThis;
           const timers = new Map();
           globalThis.setTimeout = (act, after) => timers.set(after, act) && after;
           globalThis.clearTimeout = (after) => timers.delete(after);
           let bring;
           const body = new ReadableStream({ start: (to) => { bring = to; } });
           globalThis.fetch = async (path, { method } = {}) => method === "POST"
             ? Response.json({ type: "opened", session: "token" }) : new Response(body);
           const heard = [];
           const turn = () => new Promise((done) => setTimeout(done, 0));
           const message = ({ type }) => heard.push(type);
           const stream = openHttpStream("/api/sessions", { ready() {}, message, close() {} });
           stream.send({ type: "open" });
           while (!timers.size) await turn();
           timers.get(10_000)();
           const alive = new TextEncoder().encode('{"type":"alive"}');
           bring.enqueue(new Uint8Array([alive.length, 0, 0, 0, 0, ...alive]));
           while (heard.length < 3) await turn();
           const left = timers.size;
           stream.close();
           Object.assign(globalThis, { setTimeout, clearTimeout, fetch });
           return [heard.sort(), left];"""
    )
    assert heard == [["alive", "held", "opened"], 0]
