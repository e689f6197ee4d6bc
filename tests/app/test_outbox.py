"""The outbox: order, bounds, and its end."""

from __future__ import annotations

import json
import threading

from app.protocol.outbox import MAX_MESSAGES, UNREAD, Closing, Heartbeat, Outbox, Remainder
from tests.app.servers import wait_until


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


def test_errors_that_nobody_reads_are_left_out() -> None:
    outbox = Outbox()
    for i in range(10 * MAX_MESSAGES):
        outbox.put_error("invalid_json", f"error {i}")
    assert len(kinds(outbox)) == UNREAD * MAX_MESSAGES + 1, "and the end of the connection"


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


class Wire:
    """A transport whose thread takes from the outbox, and which takes so many bytes at once."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.outbox = Outbox()
        self.outbox.send_at_once = self.send_at_once
        self.taken: list[object] = []
        self.at_once: list[bytes] = []
        self.gate = threading.Semaphore(0)
        self.thread = threading.Thread(target=self.send)
        self.thread.start()

    def send_at_once(self, frame: bytes) -> Remainder | None:
        self.at_once.append(frame[: self.room])
        return Remainder(frame[self.room :]) if len(frame) > self.room else None

    def send(self) -> None:
        while (item := self.outbox.take()) is not None:
            self.taken.append(item)
            self.gate.acquire()

    def wait_idle(self) -> None:
        wait_until(lambda: self.outbox.idle, "the thread that sends waits")

    def end(self) -> list[object]:
        self.outbox.close(1000)
        self.gate.release(100)
        self.thread.join()
        return self.taken


def test_frame_is_sent_at_once_while_the_sender_waits() -> None:
    wire = Wire(room=10)
    wire.wait_idle()
    wire.outbox.put_frame(b"frame")
    assert wire.at_once == [b"frame"]
    assert not wire.outbox.has_frame
    assert wire.end() == [Closing(1000, "")]


def test_frame_follows_the_message_that_is_being_sent() -> None:
    wire = Wire(room=10)
    wire.wait_idle()
    wire.outbox.put({"type": "spec"})
    wire.outbox.put_frame(b"frame")
    wait_until(lambda: wire.taken, "the message is on its way")
    wire.gate.release()
    wait_until(lambda: len(wire.taken) == 2, "the frame is on its way")
    wire.outbox.put_frame(b"next")
    assert wire.outbox.has_frame
    assert not wire.at_once
    wire.gate.release()
    wait_until(lambda: len(wire.taken) == 3, "the next one, too")
    assert wire.end() == ['{"type":"spec"}', b"frame", b"next", Closing(1000, "")]


def test_rest_of_a_frame_goes_before_all_else_even_at_the_end() -> None:
    outbox = Outbox()
    wire = Wire(room=2)
    wire.wait_idle()
    wire.outbox.put_frame(b"frame")
    wait_until(lambda: wire.taken, "the rest is on its way")
    assert (wire.at_once, wire.end()) == ([b"fr"], [b"ame", Closing(1000, "")])
    outbox.put_frame(Remainder(b"rest"))
    outbox.put_frame(b"frame")
    outbox.put_heartbeat(Heartbeat(b"", answer=False))
    outbox.close(1000)
    assert outbox.has_frame
    items = [outbox.take(), outbox.take(), outbox.take(), outbox.take()]
    assert items == [b"rest", Heartbeat(b"", answer=False), Closing(1000, ""), None]
