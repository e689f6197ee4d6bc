"""A page elsewhere drives the embed by messages, and whoever may not is not heard."""

from __future__ import annotations

import time
from typing import Any

import pytest

from engine import Trainer, encode_payload, make_payload, parse_spec, write_word
from tests.app.servers import LiveServer
from tests.browser.host import Host
from tests.browser.page import Page

EMBED = "/embed?panels=boundary,network&controls=play,rate"


class Frame:
    """A page of the host with frames, as its own script sees them."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.count = 0

    def say(self, message: Any, to: int = 0) -> None:
        self.tab.run("say(arguments[0], arguments[1])", message, to)

    def heard(self, kind: str, frame: int = 0) -> list[dict[str, Any]]:
        return self.tab.run(
            """return heard.filter(({ data, from }) => from === arguments[1]
                 && data.type === arguments[0]).map(({ data }) => data);""",
            kind, frame,
        )  # fmt: skip

    def ready(self, frames: int = 1) -> None:
        for frame in range(frames):
            self.tab.wait(lambda frame=frame: self.heard("ready", frame), f"frame {frame} is ready")

    def ask(self, kind: str, **content: Any) -> dict[str, Any]:
        """Gives a command and returns its answer."""
        self.count += 1
        number = self.count
        self.say({"livenet": 1, "type": kind, "id": number, **content})

        def answer() -> dict[str, Any] | None:
            answers = self.heard("done") + self.heard("error")
            return next((one for one in answers if one.get("id") == number), None)

        return self.tab.wait(answer, f"{kind} is answered")

    def epoch(self) -> int:
        return self.ask("hello")["epoch"]

    def stands_still(self) -> None:
        """Two answers apart in time tell the same epoch."""
        first = self.epoch()
        assert self.tab.load(
            "return new Promise((resolve) => setTimeout(() => resolve(true), 300));"
        )
        assert self.epoch() == first


def show(tab: Page, host: Host, server: LiveServer, *queries: str, style: str = "") -> Frame:
    frames = "".join(
        f"<iframe src='{server.url}{query}' width='480' height='320' style='{style}'></iframe>"
        for query in queries
    )
    host.write(frames)
    tab.driver.get(host.url)
    frame = Frame(tab)
    frame.ready(len(queries))
    return frame


@pytest.fixture
def frame(tab: Page, host: Host, server: LiveServer) -> Frame:
    return show(tab, host, server, EMBED)


def test_a_page_drives_the_frame(frame: Frame) -> None:
    [ready] = frame.heard("ready")
    assert ready["livenet"] == 1
    assert ready["panels"] == ["boundary", "network"]
    assert (ready["epoch"], ready["step"], ready["running"]) == (0, 0, False)

    assert frame.ask("play")["running"] is True
    frame.tab.wait(lambda: len(frame.heard("epoch")) > 2 and frame.heard("metrics"), "events come")
    assert frame.ask("pause")["running"] is False
    frame.stands_still()
    assert frame.ask("reset")["step"] == 0
    assert frame.ask("step", batches=3)["step"] == 3
    assert frame.ask("step", epochs=2)["epoch"] == 2
    assert frame.ask("reset")["step"] == 0
    seen = frame.ask("train", epochs=12)
    assert (seen["epoch"], seen["step"], seen["running"]) == (12, 300, False)
    frame.ask("reset")
    fast = frame.ask("train", epochs=12, fast=True)
    assert fast["step"] == 300
    assert fast["metrics"]["train_loss"] == pytest.approx(seen["metrics"]["train_loss"], rel=1e-3)
    figures = frame.heard("metrics")[-1]
    assert {"epoch", "step", "train_loss", "test_loss", "train_accuracy"} <= set(figures)
    assert not {"session", "token", "spec", "points"} & set(figures)


def test_a_page_loads_trained_weights(frame: Frame) -> None:
    trainer = Trainer(parse_spec({"data": {"name": "xor"}}))
    trainer.train(epochs=3)
    payload = make_payload(trainer.snapshot(), trainer.initial, points=True, weights="now")
    query = f"v=1&data=xor&state={write_word(encode_payload(payload))}"
    assert frame.ask("load", query=query)["step"] == 75
    assert frame.ask("train", epochs=1, fast=True)["step"] == 100
    for wrong in (f"{query}&layers=3", f"{query}2", "state=<b>"):
        assert frame.ask("load", query=wrong)["type"] == "error", wrong
    assert frame.ask("reset")["step"] == 0


def test_a_page_loads_states_and_shows_panels(frame: Frame) -> None:
    frame.ask("train", epochs=3, fast=True)
    assert frame.ask("load", query="v=1&data=xor&layers=3")["step"] == 0
    frame.ask("load", spec={"data": {"name": "gauss"}, "layers": [{"units": 2}]})
    frame.ask("show", panels=["boundary"])
    frame.ask("show", panels=["loss", "boundary"], unit={"layer": 0, "unit": 1})
    frame.tab.driver.switch_to.frame(0)
    link = frame.tab.find(".embed-link").get_attribute("href")
    assert link is not None
    assert link.endswith("/?v=1&data=gauss&layers=2")
    panels = frame.tab.find_all(".embed-panel")
    shown = [panel.get_attribute("data-panel") for panel in panels]
    assert shown == ["loss", "boundary"]
    frame.tab.driver.switch_to.default_content()
    for content, path in (
        ({"query": "v=1&data=xor&rate=11"}, "optimizer.learning_rate"),
        ({"query": "rate=fast"}, "query.rate"),
        ({"spec": {"layers": "many"}}, "layers"),
        ({"spec": {"data": 5, "hello": 1}}, None),
    ):
        error = frame.ask("load", **content)
        assert error["type"] == "error", content
        assert error["code"] in ("invalid_spec", "invalid_message")
        assert path is None or error["path"] == path
    assert frame.ask("show", unit={"layer": 5, "unit": 0})["path"] == "unit"
    frame.ask("train", epochs=1)
    frame.tab.driver.switch_to.frame(0)
    assert frame.tab.find(".embed-link").get_attribute("href") == link, "nothing is lost"


GARBAGE: list[tuple[Any, str]] = [
    ({"livenet": 2, "type": "play"}, "version"),
    ({"livenet": "1", "type": "play"}, "version"),
    ({"livenet": 1}, "unknown_type"),
    ({"livenet": 1, "type": "constructor"}, "unknown_type"),
    ({"livenet": 1, "type": ["play"]}, "unknown_type"),
    ({"livenet": 1, "type": "play", "now": True}, "invalid_message"),
    ({"livenet": 1, "type": "play", "id": {}}, "invalid_message"),
    ({"livenet": 1, "type": "train"}, "invalid_message"),
    ({"livenet": 1, "type": "train", "epochs": 1e12}, "invalid_message"),
    ({"livenet": 1, "type": "train", "epochs": "5"}, "invalid_message"),
    ({"livenet": 1, "type": "step", "epochs": 1, "batches": 1}, "invalid_message"),
    ({"livenet": 1, "type": "step", "batches": -1}, "invalid_message"),
    ({"livenet": 1, "type": "load"}, "invalid_message"),
    ({"livenet": 1, "type": "load", "query": "x" * 9000}, "invalid_message"),
    ({"livenet": 1, "type": "load", "spec": []}, "invalid_message"),
    ({"livenet": 1, "type": "show", "panels": []}, "invalid_message"),
    ({"livenet": 1, "type": "show", "panels": ["header"]}, "invalid_message"),
    ({"livenet": 1, "type": "show", "unit": {"layer": -1, "unit": 0}}, "invalid_message"),
    ({"livenet": 1, "type": "show", "unit": 3}, "invalid_message"),
]
NOT_OURS = ["", "slide", "{", '{"method":"next"}', 5, None, [], {}, {"type": "play"}]


def test_garbage_is_answered_by_an_error_and_nothing_is_lost(frame: Frame) -> None:
    frame.ask("train", epochs=2, fast=True)
    for message in [*NOT_OURS, *(message for message, _ in GARBAGE)]:
        frame.say(message)
    assert frame.epoch() == 2
    errors = frame.heard("error")
    assert [error["code"] for error in errors] == [code for _, code in GARBAGE]
    assert all(error["message"] and "path" in error for error in errors)
    assert len(frame.heard("done")) == 2


def test_only_the_parent_is_heard_and_only_from_origins_of_the_address(
    tab: Page, host: Host, server: LiveServer
) -> None:
    closed = f"{EMBED}&start=auto&origin=https://deck.example"
    open_to_us = f"{EMBED}&origin={host.url},https://deck.example"
    host.write(
        f"<iframe src='{server.url}{EMBED}'></iframe><iframe src='{server.url}{closed}'></iframe>"
        f"<iframe src='{server.url}{open_to_us}'></iframe>"
    )
    tab.driver.get(host.url)
    frame = Frame(tab)
    tab.wait(lambda: frame.heard("ready", 0) and frame.heard("ready", 2), "two are ready")
    # A frame beside it is no parent.
    tab.driver.switch_to.frame(1)
    tab.wait(lambda: tab.step > 0, "the closed one trains")
    tab.run("parent.frames[0].postMessage({ livenet: 1, type: 'play' }, '*')")
    tab.driver.switch_to.default_content()
    frame.say({"livenet": 1, "type": "pause", "id": "x"}, to=1)
    frame.say("slide:stop", to=1)
    frame.say({"livenet": 1, "type": "step", "batches": 4, "id": "y"}, to=2)
    tab.wait(lambda: frame.heard("done", 2), "the one that is open to us answers")
    assert frame.heard("done", 2)[0]["step"] == 4
    assert frame.epoch() == 0, "the first one was not started by its neighbour"
    assert tab.run("return heard.filter(({ from }) => from === 1)") == []
    tab.driver.switch_to.frame(1)
    before = tab.step
    tab.wait(lambda: tab.step > before, "it still trains")


def test_the_deck_says_when_its_slide_is_shown(tab: Page, host: Host, server: LiveServer) -> None:
    frame = show(tab, host, server, EMBED, f"{EMBED}&start=click")
    for one in (0, 1):
        frame.say("slide:start", to=one)
    tab.wait(lambda: frame.heard("epoch") and frame.heard("epoch")[-1]["epoch"] > 0, "it starts")
    frame.say("slide:stop")
    tab.wait(lambda: frame.ask("hello") and still(frame), "it stops")
    stopped = frame.epoch()
    frame.say("slide:start")
    tab.wait(lambda: frame.epoch() > stopped, "it goes on")
    assert all(event["epoch"] == 0 for event in frame.heard("epoch", 1)), (
        "that one waits for a click"
    )


def still(frame: Frame) -> bool:
    first = frame.epoch()
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        if frame.epoch() != first:
            return False
    return True
