"""Deflated frames, for a client that offers to inflate them."""

from __future__ import annotations

import json
import socket

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Request, TextMessage
from wsproto.extensions import PerMessageDeflate

from tests.app.client import decode_frame
from tests.app.servers import PATIENCE, LiveServer


@pytest.mark.parametrize("compressing", [True, False])
def test_frames_are_deflated_where_set(
    server: LiveServer, odd_server: LiveServer, compressing: bool
) -> None:
    """A blank boundary of zeros shrinks; what is inflated is a whole frame."""
    chosen = odd_server if compressing else server
    host, port = chosen.url.removeprefix("http://").split(":")
    protocol = WSConnection(ConnectionType.CLIENT)
    size = 0
    blob = b""
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as raw:
        raw.sendall(
            protocol.send(
                Request(host=host, target="/api/stream", extensions=[PerMessageDeflate()])
            )
        )
        while True:
            data = raw.recv(65_536)
            assert data
            size += len(data)
            protocol.receive_data(data)
            for event in protocol.events():
                if isinstance(event, AcceptConnection):
                    assert bool(event.extensions) is compressing
                    spec = {"initializer": {"name": "zeros"}, "layers": []}
                    text = json.dumps({"type": "open", "spec": spec})
                    raw.sendall(protocol.send(TextMessage(data=text)))
                if isinstance(event, BytesMessage):
                    blob += event.data
                    if event.message_finished:
                        raw.sendall(protocol.send(CloseConnection(code=1000)))
                        frame = decode_frame(blob)
                        assert frame.arrays["boundary"].shape == (1, 100, 100)
                        assert (size < len(frame.blob)) is compressing
                        return
