"""What a host page may say to an embed: every command, and what is refused with its key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.page.node import Modules

SAID: dict[str, Any] = {"livenet": 1, "id": 7}
#: Commands that are taken as they are.
TAKEN: list[dict[str, Any]] = [
    {"type": "hello"},
    {"type": "play"},
    {"type": "pause"},
    {"type": "reset"},
    {"type": "step"},
    {"type": "step", "epochs": 200},
    {"type": "step", "batches": 10_000},
    {"type": "train", "epochs": 100_000, "fast": True},
    {"type": "load", "query": "v=1&data=xor"},
    {"type": "load", "spec": {"seed": 3}},
    {"type": "show", "panels": ["loss", "boundary"]},
    {"type": "show", "unit": {"layer": 0, "unit": 1023}},
    {"type": "show", "unit": None},
]
#: Messages, and the code and the key that they are refused with.
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"livenet": 2, "type": "play"}, "version", "livenet"),
    ({"livenet": "1", "type": "play"}, "version", "livenet"),
    ({"type": "dance"}, "unknown_type", "type"),
    ({"type": "toString"}, "unknown_type", "type"),
    ({}, "unknown_type", "type"),
    ({"type": "play", "id": {}}, "invalid_message", "id"),
    ({"type": "play", "id": "x" * 65}, "invalid_message", "id"),
    ({"type": "play", "now": True}, "invalid_message", "now"),
    ({"type": "step", "epochs": 0}, "invalid_message", "epochs"),
    ({"type": "step", "epochs": 201}, "invalid_message", "epochs"),
    ({"type": "step", "epochs": 1.5}, "invalid_message", "epochs"),
    ({"type": "step", "batches": 10_001}, "invalid_message", "batches"),
    ({"type": "step", "epochs": 1, "batches": 1}, "invalid_message", "batches"),
    ({"type": "train"}, "invalid_message", "epochs"),
    ({"type": "train", "epochs": "1"}, "invalid_message", "epochs"),
    ({"type": "train", "epochs": 1, "fast": 1}, "invalid_message", "fast"),
    ({"type": "load"}, "invalid_message", "query"),
    ({"type": "load", "query": "", "spec": {}}, "invalid_message", "query"),
    ({"type": "load", "query": "x" * 8193}, "invalid_message", "query"),
    ({"type": "load", "spec": []}, "invalid_message", "spec"),
    ({"type": "load", "spec": {"x": "x" * (1 << 20)}}, "invalid_message", "spec"),
    ({"type": "show"}, "invalid_message", "panels"),
    ({"type": "show", "panels": []}, "invalid_message", "panels"),
    ({"type": "show", "panels": ["boundary", "nope"]}, "invalid_message", "panels"),
    ({"type": "show", "unit": {"layer": 0}}, "invalid_message", "unit"),
    ({"type": "show", "unit": {"layer": 64, "unit": 0}}, "invalid_message", "unit"),
    ({"type": "show", "unit": {"layer": 0, "unit": 0, "more": 1}}, "invalid_message", "unit"),
]
READ = """
    const { MessageError, readMessage } = await import("embed/messages");
    return arguments[0].map((data) => {
      try {
        return readMessage(data);
      } catch (error) {
        if (error instanceof MessageError) return [error.code, error.path, error.said];
        throw error;
      }
    });
"""


def test_commands_are_read_as_they_are(modules: Modules) -> None:
    read = modules.load(READ, [{**SAID, **command} for command in TAKEN])
    for one, command in zip(read, TAKEN, strict=True):
        assert one == {**command, "said": {"id": 7, "command": command["type"]}}


@pytest.mark.parametrize(("message", "code", "path"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_command_is_refused_with_its_key(
    modules: Modules, message: dict[str, Any], code: str, path: str
) -> None:
    [(found, where, said)] = modules.load(READ, [{**SAID, **message}])
    assert (found, where) == (code, path)
    assert said.get("id", 7) == 7, "the answer names the message that it is for"


def test_what_is_not_meant_for_an_embed_is_left_alone(modules: Modules) -> None:
    slides = ["slide:start", "slide:stop"]
    others = [None, 5, "hello", "toString", [], {"type": "play"}, {"source": "devtools"}]
    read = modules.load(READ, [*slides, *others])
    assert [one["when"] for one in read[:2]] == ["start", "stop"]
    assert read[2:] == [None] * len(others)
