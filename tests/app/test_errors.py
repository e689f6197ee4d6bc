"""Every kind of message that is refused, and that the session goes on afterwards."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.limits.rate_limits import TokenBucket
from app.protocol.errors import MessageError
from app.protocol.messages import ClientMessage
from app.protocol.parsing import parse_message
from tests.app.client import Client, Message
from tests.app.transports import InProcessClient, WebSocketClient
from tests.sizes import choose

REFUSED = [
    ("", "invalid_json", ""),
    ("nonsense", "invalid_json", ""),
    ('{"type":"run"', "invalid_json", ""),
    ('{"type":"set_weight","layer":0,"from":0,"to":0,"value":NaN}', "invalid_json", ""),
    ("[" * 100_000, "invalid_json", ""),
    ('{"type":' * 5_000, "invalid_json", ""),
    ("1" * 5_000, "invalid_json", ""),
    ("\ufeff{}", "invalid_json", ""),
    ("[]", "invalid_message", ""),
    ('{"type":"edit","patch":[' + "{}," * 340_000 + "0]}", "invalid_message", ""),
    ("null", "invalid_message", ""),
    ('"run"', "invalid_message", ""),
    ("{}", "unknown_type", "type"),
    ('{"type":null}', "unknown_type", "type"),
    ('{"type":["run"]}', "unknown_type", "type"),
    ('{"type":"dance"}', "unknown_type", "type"),
    ('{"type":"Run"}', "unknown_type", "type"),
    ('{"type":"run","type":"dance"}', "unknown_type", "type"),
    ('{"type":"run","now":true}', "invalid_message", "now"),
    ('{"type":"open"}', "invalid_message", ""),
    ('{"type":"open","spec":{},"session":"x"}', "invalid_message", ""),
    ('{"type":"open","session":null}', "invalid_message", ""),
    ('{"type":"open","session":5}', "invalid_message", "session"),
    ('{"type":"edit"}', "invalid_message", "patch"),
    ('{"type":"step"}', "invalid_message", ""),
    ('{"type":"step","epochs":1,"batches":1}', "invalid_message", ""),
    ('{"type":"step","epochs":0}', "invalid_message", "epochs"),
    ('{"type":"step","epochs":1.5}', "invalid_message", "epochs"),
    ('{"type":"step","epochs":true}', "invalid_message", "epochs"),
    ('{"type":"step","epochs":"1"}', "invalid_message", "epochs"),
    ('{"type":"step","batches":%s}' % ("9" * 400), "invalid_message", "batches"),
    ('{"type":"speed"}', "invalid_message", "epochs_per_frame"),
    ('{"type":"speed","epochs_per_frame":0}', "invalid_message", "epochs_per_frame"),
    ('{"type":"speed","epochs_per_frame":201}', "invalid_message", "epochs_per_frame"),
    ('{"type":"views","names":["boundary","nope"]}', "invalid_message", "names.1"),
    ('{"type":"views","names":null}', "invalid_message", "names"),
    ('{"type":"views","names":"boundary"}', "invalid_message", "names"),
    ('{"type":"views","tile":7}', "invalid_message", "tile"),
    ('{"type":"views","tile":65}', "invalid_message", "tile"),
    ('{"type":"views","tile":null}', "invalid_message", "tile"),
    ('{"type":"views","max_fps":0}', "invalid_message", "max_fps"),
    ('{"type":"views","max_fps":1e999}', "invalid_message", "max_fps"),
    ('{"type":"views","select":{"layer":0}}', "invalid_message", "select.unit"),
    ('{"type":"views","select":{"layer":-1,"unit":0}}', "invalid_message", "select.layer"),
    ('{"type":"set_weight","layer":0,"from":0,"to":0}', "invalid_message", "value"),
    (
        '{"type":"set_weight","layer":0,"from":"x","to":0,"value":1}',
        "invalid_message",
        "from",
    ),
    (
        '{"type":"set_weight","layer":0,"from":0,"to":0,"value":1e999}',
        "invalid_message",
        "value",
    ),
    (
        '{"type":"set_weight","layer":0,"from":0,"to":0,"value":%s}' % ("9" * 400),
        "invalid_message",
        "value",
    ),
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
MODELS = get_args(ClientMessage)
KINDS = [get_args(model.model_fields["type"].annotation)[0] for model in MODELS]
FIELDS = {field.alias or name for model in MODELS for name, field in model.model_fields.items()}
KEYS = st.sampled_from(sorted(FIELDS - {"type"}))
#: One message of each kind that is taken, to be spoilt in one place.
TAKEN: list[Message] = [
    {"type": "load", "spec": {"layers": [{"units": 3}]}, "state": None},
    {"type": "edit", "patch": {"batch_size": 3}, "origin": None, "group": "a"},
    {"type": "edit", "patch": {"layers": [{}, {}]}, "origin": [[0, [0, 1, 2, 3]], [1, [0, 1]]]},
    {"type": "run", "until": {"epoch": 3, "loss": 0.1}},
    {"type": "run", "until": "epoch >= 3"},
    {"type": "goal", "goal": "test_loss <= 0.1"},
    {"type": "check", "goal": "epoch >= 1 within 1 epoch on 1 of 1 seed"},
    {"type": "step", "epochs": 1},
    {"type": "speed", "epochs_per_frame": 2},
    {"type": "views", "names": ["weights"], "select": {"layer": 0, "unit": 0}, "tile": 9},
    {"type": "views", "digit": {"part": "train", "row": 4}, "space": 2},
    {"type": "views", "landscape": {"kind": "path", "weights": None, "draw": 1}},
    {"type": "views", "ablation": {"units": [{"layer": 0, "unit": 1}], "links": []}},
    {"type": "views", "digit": {"ink": "AAAA", "width": 1, "height": 3, "prepared": True}},
    {"type": "set_weight", "layer": 0, "from": 0, "to": 1, "value": 0.5},
    {"type": "timeline", "on": False},
    {"type": "recall", "point": 0},
    {"type": "branch", "point": 0},
    {"type": "try", "trial": "a", "candidates": [{"patch": {}, "origin": None}], "epochs": 1},
]
TYPES = st.sampled_from([*KINDS, "dance"])
ALMOST = st.builds(
    lambda kind, rest: {**rest, "type": kind}, TYPES, st.dictionaries(KEYS, JSON, max_size=4)
).filter(lambda message: message != {"type": "end"})


@st.composite
def spoilt(draw: st.DrawFn) -> Message:
    """A message that would be taken but for one value, somewhere in it."""
    message = json.loads(json.dumps(draw(st.sampled_from(TAKEN))))
    inner: Any = message
    while True:
        keys = list(range(len(inner))) if isinstance(inner, list) else sorted(inner)
        key = draw(st.sampled_from(keys))
        deeper = isinstance(inner[key], dict | list) and inner[key] and draw(st.booleans())
        if not deeper:
            inner[key] = draw(JSON)
            return message
        inner = inner[key]


@pytest.mark.parametrize(("text", "code", "path"), REFUSED, ids=range(len(REFUSED)))
def test_message_is_refused(opened: Client, text: str, code: str, path: str) -> None:
    opened.send_text(text)
    error = opened.error(code)
    assert error["path"] == path
    assert 0 < len(error["message"]) < 400
    assert "Traceback" not in error["message"]
    assert opened.barrier() == []


@pytest.mark.parametrize("transport", ["websocket"], indirect=True)
def test_bytes_are_no_message(opened: Client) -> None:
    assert isinstance(opened, WebSocketClient)
    opened.socket.send_binary(b'{"type":"run"}')
    opened.error("invalid_json")
    assert opened.barrier() == []


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"edit","patch":{}}',
        '{"type":"run"}',
        '{"type":"pause"}',
        '{"type":"reset"}',
        '{"type":"undo"}',
        '{"type":"redo"}',
        '{"type":"step","epochs":1}',
        '{"type":"speed","epochs_per_frame":1}',
        '{"type":"views","tile":32}',
        '{"type":"set_weight","layer":0,"from":0,"to":0,"value":1}',
        '{"type":"ack"}',
        '{"type":"end"}',
    ],
)
def test_nothing_is_done_before_open(client: Client, text: str) -> None:
    client.send_text(text)
    client.error("not_open")
    assert client.open()["id"] == 0


@pytest.mark.transports
def test_lone_surrogate_is_answered(opened: Client) -> None:
    opened.send_text('{"type":"edit","patch":{"data":{"name":"\\ud800"}}}')
    assert opened.error("invalid_spec")["path"] == "data.name"


@given(st.text() | JSON.map(repr) | st.binary())
def test_any_text_is_parsed_or_refused(text: str | bytes) -> None:
    try:
        code = parse_message(text).type
    except MessageError as error:
        code = error.code
    assert code in {"invalid_json", "unknown_type", "invalid_message"} | set(KINDS)


@settings(max_examples=choose(30, 600), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(ALMOST | spoilt(), min_size=1, max_size=4))
def test_random_messages_leave_the_session_alive(opened: Client, messages: list[dict]) -> None:
    assert isinstance(opened, InProcessClient)
    # Thousands a second, of which none is to be dropped.
    opened.connection._bucket = TokenBucket(1e9, 1e9)
    for message in messages:
        opened.send_text(json.dumps(message))
    opened.send("pause")
    opened.barrier()
    opened.ack()


@settings(max_examples=choose(30, 600), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=200), max_size=4))
@pytest.mark.transports
def test_random_text_leaves_the_session_alive(opened: Client, texts: list[str]) -> None:
    for text in texts:
        opened.send_text(text)
        opened.message("error")
    opened.barrier()
