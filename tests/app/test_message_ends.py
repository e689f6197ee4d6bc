"""Frames that clients send, followed by their heads alone, against those of wsproto."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, Ping, TextMessage

from app.transports.websocket_frames import (
    BINARY,
    PING,
    TEXT,
    MessageEnds,
    count_equal,
    encode_head,
)

ACK = b'{"type":"ack"}'
events = st.one_of(
    st.builds(TextMessage, st.text(max_size=200), message_finished=st.booleans()),
    st.builds(Ping, st.binary(max_size=100)),
    st.sampled_from([TextMessage(data="x" * 70_000), TextMessage(data=ACK.decode())]),
)


@given(said=st.lists(events, max_size=6), cuts=st.lists(st.integers(1, 300), min_size=1))
def test_a_message_ends_where_wsproto_ends_it(
    said: list[TextMessage | Ping], cuts: list[int]
) -> None:
    client, ends = Connection(ConnectionType.CLIENT), MessageEnds()
    finished = True
    for event in said:
        data = client.send(event)
        finished = event.message_finished if isinstance(event, TextMessage) else finished
        for number, begin in enumerate(range(0, len(data), size := cuts[len(data) % len(cuts)])):
            assert not number or not ends.whole
            ends.feed(data[begin : begin + size])
        assert ends.whole == finished


@pytest.mark.parametrize("count", [1, 2, 5])
def test_equal_messages_are_counted(count: int) -> None:
    client = Connection(ConnectionType.CLIENT)
    acks = b"".join(client.send(TextMessage(data=ACK.decode())) for _ in range(count))
    assert count_equal(acks, ACK) == count
    assert count_equal(acks[:-1], ACK) == 0
    assert count_equal(acks + client.send(TextMessage(data='{"type":"run"}')), ACK) == 0
    assert count_equal(acks + client.send(Ping(b"1")), ACK) == 0


@pytest.mark.parametrize("other", [BytesMessage(data=ACK), TextMessage(data='{"type":"run"}')])
def test_others_of_the_same_length_are_not(other: BytesMessage | TextMessage) -> None:
    assert count_equal(Connection(ConnectionType.CLIENT).send(other), ACK) == 0


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_head_is_read_by_wsproto(size: int, opcode: int) -> None:
    client, payload = Connection(ConnectionType.CLIENT), b"x" * size
    client.receive_data(encode_head(opcode, size) + payload)
    (event,) = client.events()
    assert isinstance(event, TextMessage | BytesMessage)
    data = event.data
    assert event.message_finished
    assert (data.encode() if isinstance(data, str) else data) == payload


def test_a_control_frame_has_a_short_head() -> None:
    assert encode_head(PING, 3) == b"\x89\x03"
