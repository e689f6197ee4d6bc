"""The outbox: order, bounds, and its end."""

from __future__ import annotations

import json
import threading

from app.protocol.outbox import MAX_MESSAGES, Closing, Heartbeat, Outbox


def kinds(outbox: Outbox) -> list[str]:
    outbox.close(1000)
    items = []
    while (item := outbox.take()) is not None:
        items.append(json.loads(item)["type"] if isinstance(item, str) else type(item).__name__)
    return items


def test_messages_and_frames_keep_their_order() -> None:
    outbox = Outbox()
    outbox.put({"type": "spec"})
    outbox.put_frame(b"frame")
    outbox.put({"type": "diverged"})
    assert outbox.has_frame
    assert outbox.take() == '{"type":"spec"}'
    assert outbox.take() == b"frame"
    assert not outbox.has_frame
    assert outbox.take() == '{"type":"diverged"}'


def test_closing_drops_frames_and_sends_the_messages() -> None:
    outbox = Outbox()
    outbox.put_frame(b"frame")
    outbox.put({"type": "spec"})
    assert kinds(outbox) == ["spec", "Closing"]
    outbox.put({"type": "late"})
    outbox.put_frame(b"late")
    assert outbox.take() is None


def test_first_closing_counts() -> None:
    outbox = Outbox()
    outbox.close(4001)
    outbox.close(1001)
    assert outbox.take() == Closing(4001, "")
    assert outbox.take() is None


def test_equal_errors_in_a_row_become_one() -> None:
    outbox = Outbox()
    for _ in range(10_000):
        outbox.put_error("rate_limited", "too many")
    outbox.put_error("invalid_json", "no")
    outbox.put_error("rate_limited", "too many")
    assert kinds(outbox) == ["error", "error", "error", "Closing"]


def test_full_by_number_and_by_size() -> None:
    many, large = Outbox(), Outbox()
    for _ in range(MAX_MESSAGES):
        assert not many.full
        many.put({"type": "spec"})
    assert many.full
    large.put({"type": "spec", "text": "x" * (2 << 20)})
    assert large.full
    large.take()
    assert not large.full


def test_only_the_newest_pulse_waits_and_goes_first() -> None:
    outbox = Outbox()
    outbox.put({"type": "spec"})
    outbox.put_heartbeat(Heartbeat(b"1", answer=True))
    outbox.put_heartbeat(Heartbeat(b"2", answer=True))
    assert outbox.take() == Heartbeat(b"2", answer=True)
    assert outbox.take() == '{"type":"spec"}'


def test_abandoning_wakes_who_waits() -> None:
    outbox = Outbox()
    taken: list[object] = []
    waiting = threading.Thread(target=lambda: taken.append(outbox.take()))
    waiting.start()
    outbox.abandon()
    waiting.join(10)
    assert taken == [None]


def test_room_is_told_of() -> None:
    told: list[bool] = []
    outbox = Outbox(on_taken=lambda: told.append(outbox.has_frame))
    outbox.put_frame(b"frame")
    outbox.take()
    assert told == [False]
