"""What only the stream over HTTP has: its requests, their answers, and its end."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from app.factory import Components
from app.protocol.outbox import Closing, Heartbeat
from app.transports import http
from app.transports.http import HttpStream, HttpStreams, encode_item
from tests.app.client import FrameSeen, StreamClosedError
from tests.app.in_process import host_sessions
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import HttpClient, WebSocketClient

OPEN = '{"type":"open","spec":{}}'


@pytest.fixture
def client(server: LiveServer) -> Iterator[HttpClient]:
    with HttpClient(server.url) as client:
        yield client


def read_json(encoded: bytes) -> object:
    length, kind = struct.unpack_from("<IB", encoded)
    assert (length, kind) == (len(encoded) - 5, 0)
    return json.loads(encoded[5:])


def test_messages_as_bytes() -> None:
    assert encode_item('{"é":1}') == struct.pack("<IB", 8, 0) + '{"é":1}'.encode()
    assert encode_item(b"\0\1\2") == b"\3\0\0\0\1\0\1\2"
    closed = {"type": "closed", "code": 4001, "reason": "why"}
    assert read_json(encode_item(Closing(4001, "why"))) == closed
    assert read_json(encode_item(Heartbeat(b"", answer=False))) == {"type": "alive"}


def test_opened_is_the_answer_and_is_not_said_again(client: HttpClient) -> None:
    status, opened = client.post("", OPEN)
    assert status == 200
    assert opened["type"] == "opened"
    client.listen(opened["session"])
    assert isinstance(client.receive(), FrameSeen)


def test_stream_that_was_not_opened_again_says_so(client: HttpClient, server: LiveServer) -> None:
    token = client.open()["session"]
    client.frame()
    with HttpClient(server.url) as second:
        second.listen(token)
        opened = second.message("opened")
        assert opened["session"] == token
        assert opened["resumed"] is True
        assert second.frame().step == 0
        with pytest.raises(StreamClosedError) as closed:
            client.receive()
        assert closed.value.code == 4001


def test_a_list_is_handled_in_order(client: HttpClient) -> None:
    client.open()
    client.frame()
    messages = [{"type": "edit", "patch": {"seed": seed}} for seed in (1, 2)]
    text = json.dumps([*messages, {"type": "dance"}, [], {"type": "reset"}])
    assert client.post(f"/{client.token}/messages", text) == (202, {"accepted": 5})
    seen = [client.receive() for _ in range(6)]
    specs = [got for got in seen if isinstance(got, dict) and got["type"] == "spec"]
    assert [got["id"] for got in specs] == [1, 2, 3]
    codes = [got["code"] for got in seen if isinstance(got, dict) and got["type"] == "error"]
    assert codes == ["unknown_type", "invalid_message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "invalid_message"),
        (b"[" * 100_000, "invalid_json"),
        (b'[{"type":"run"},', "invalid_json"),
        (b'[{"type":"pause"},NaN]', "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        (b"", "invalid_json"),
    ],
)
def test_body_that_is_no_message_is_answered_in_the_stream(
    client: HttpClient, body: bytes, code: str
) -> None:
    client.open()
    client.frame()
    assert client.post(f"/{client.token}/messages", body)[0] == 202
    seen = client.receive()
    while isinstance(seen, FrameSeen):
        seen = client.receive()
    assert seen["code"] == code


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("nonsense", 400, "invalid_json"),
        (f"[{OPEN},{OPEN}]", 400, "invalid_message"),
        ('{"type":"open","spec":{"seed":-1}}', 400, "invalid_spec"),
        ('{"type":"run"}', 409, "not_open"),
        ('{"type":"open","session":"nobody"}', 404, "unknown_session"),
    ],
)
def test_refused_open(client: HttpClient, body: str, status: int, code: str) -> None:
    got, answer = client.post("", body)
    assert (got, answer["type"], answer["code"]) == (status, "error", code)
    assert answer["message"]


def test_unknown_token(client: HttpClient, server: LiveServer) -> None:
    assert client.post("/nobody/messages", '{"type":"run"}')[0] == 404
    answer = server.get("/api/sessions/nobody/stream")
    assert (answer.status, json.loads(answer.body)["code"]) == (404, "unknown_session")


def test_messages_need_the_stream(client: HttpClient, server: LiveServer) -> None:
    with WebSocketClient(server.stream_url) as other:
        token = other.open()["session"]
        status, answer = client.post(f"/{token}/messages", '{"type":"run"}')
        assert (status, answer["code"]) == (409, "not_open")


def test_taken_over_between_the_two(client: HttpClient, server: LiveServer) -> None:
    token = client.open()["session"]
    with WebSocketClient(server.stream_url) as other:
        assert other.resume(token)["resumed"] is True
        assert client.closing() == 4001
        client.token = ""
        assert client.resume(token)["resumed"] is True
        assert other.closing() == 4001
    client.send("run")
    client.frame_where(lambda frame: frame.epoch >= 3)


def test_looking_at_the_head_takes_nothing_over(client: HttpClient, server: LiveServer) -> None:
    token = client.open()["session"]
    assert server.get(f"/api/sessions/{token}/stream", method="HEAD").status == 405
    client.send("run")
    client.frame_where(lambda frame: frame.epoch >= 3)


@pytest.mark.parametrize("chunked", [False, True])
def test_too_much_is_refused_and_the_session_goes_on(client: HttpClient, chunked: bool) -> None:
    client.open()
    connection = HTTPConnection(client.address, timeout=30)
    body = (b"x" * 65_536 for _ in range(17)) if chunked else b"x" * ((1 << 20) + 1)
    connection.request("POST", f"/api/sessions/{client.token}/messages", body)
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read())["code"] == "message_too_large"
    connection.close()
    client.send("run")
    client.frame_where(lambda frame: frame.epoch >= 3)


def test_flood_of_lists(client: HttpClient) -> None:
    client.open()
    text = json.dumps([{"type": "edit", "patch": {"seed": 1}}] * 20_000)
    assert client.post(f"/{client.token}/messages", text)[0] == 202
    got = client.receive()
    while isinstance(got, FrameSeen) or got["type"] != "error":
        got = client.receive()
    assert got["code"] == "rate_limited"


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_foreign_page_is_refused(server: LiveServer, origin: str) -> None:
    answer = server.get("/api/sessions", method="POST", data=OPEN.encode(), Origin=origin)
    assert answer.status == 403
    assert json.loads(answer.body)["code"] == "forbidden_origin"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_friend_may_read_the_answer(odd_server: LiveServer) -> None:
    friend = "https://friend.example"
    asked = odd_server.get("/api/sessions", method="OPTIONS", Origin=friend)
    assert asked.status == 200
    assert asked.headers["Access-Control-Allow-Origin"] == friend
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_own_page_is_served(server: LiveServer) -> None:
    answer = server.get("/api/sessions", method="POST", data=OPEN.encode(), Origin=server.url)
    assert json.loads(answer.body)["type"] == "opened"


def test_opened_session_without_a_stream_loses_its_place(odd_server: LiveServer) -> None:
    """Its client counts as lost after a while, so others may have the place."""
    with HttpClient(odd_server.url) as first, HttpClient(odd_server.url) as second:
        for client in (first, second):
            wait_until(lambda client=client: client.post("", OPEN)[0] == 200, "a place is free")
        assert first.post("", OPEN)[0] == 503
        wait_until(lambda: first.post("", OPEN)[0] == 200, "the place is free again")


@pytest.mark.parametrize(
    "body",
    [b"zz\r\n{}\r\n0\r\n\r\n", b"-5\r\n{}\r\n0\r\n\r\n", b"3\r\nabcde\r\n0\r\n\r\n", b"5\r\nab"],
    ids=["no number", "negative", "too long", "cut off"],
)
def test_broken_chunks_are_the_fault_of_the_client(server: LiveServer, body: bytes) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    for path in ("sessions", "points", "states", "recordings", "animations"):
        with socket.create_connection((host, int(port)), timeout=60) as raw:
            head = f"POST /api/{path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            kind = "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
            raw.sendall(head.encode() + kind.encode() + body)
            raw.shutdown(socket.SHUT_WR)
            assert raw.recv(12) == b"HTTP/1.1 400", path


def test_half_a_request_starves_nobody(server: LiveServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    head = b"POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    raws = [socket.create_connection((host, int(port)), timeout=60) for _ in range(20)]
    for raw in raws:
        raw.sendall(head)
    assert server.get("/healthz").status == 200
    for raw in raws:
        assert raw.recv(100).startswith(b"HTTP/1.1 4")
        raw.close()


@pytest.fixture
def streams(in_process: Components) -> Iterator[HttpStreams]:
    """Streams without requests: what they send goes into a list."""
    with host_sessions(in_process.programs, max_connections=1, resume_seconds=60.0) as connections:
        yield HttpStreams(connections)


class Sent:
    """The answer of one stream, whose client is the other end of a pair of sockets."""

    def __init__(self, stream: HttpStream) -> None:
        self.stream = stream
        self._ours, self.client = socket.create_server(("127.0.0.1", 0)), socket.socket()
        with self._ours as listener:
            self.client.connect(listener.getsockname())
            self._ours, _ = listener.accept()
        self.items = stream.send(self._ours)

    def take(self) -> object:
        """Returns the next message; None for a frame, and where nothing follows."""
        item = next(self.items, None)
        return None if item is None or item[4] else json.loads(item[5:])

    def close(self) -> None:
        self.stream.end()
        self.client.close()
        self._ours.close()


@pytest.fixture
def sent(streams: HttpStreams) -> Iterator[Sent]:
    """A stream that has begun, and has sent that it lives and the first frame."""
    opened = streams.open(OPEN.encode())
    assert opened is not None
    stream = streams.claim(opened["session"])
    assert stream is not None
    sent = Sent(stream)
    assert sent.take() == {"type": "alive"}
    assert sent.take() is None
    yield sent
    sent.close()


def test_one_stream_too_many_is_refused(streams: HttpStreams) -> None:
    opened = streams.open(OPEN.encode())
    assert opened is not None
    assert streams.open(OPEN.encode()) is None
    assert streams.claim("another") is None
    first = streams.claim(opened["session"])
    assert first is not None
    first.end()
    with pytest.raises(LookupError):
        streams.claim("another")
    assert streams.open(OPEN.encode()) is not None


def test_silence_of_the_server_is_broken(
    streams: HttpStreams, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(http, "SILENCE_SECONDS", 0.02)
    monkeypatch.setattr(http, "TICK_SECONDS", 0.01)
    sent: Sent = request.getfixturevalue("sent")
    assert [sent.take() for _ in range(3)] == [{"type": "alive"}] * 3


def test_a_request_that_comes_too_early_waits_for_the_end_of_the_stream(sent: Sent) -> None:
    sent.client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert sent.stream.receive(b'{"type":"run"}') == 1
    assert sent.stream.receive(b'[{"type":"ack"},{"type":"ack"}]') == 2
    assert sent.take() is None
    assert sent.stream.receive(b'{"type":"end"}') == 1
    while (last := sent.take()) is None or last["type"] != "closed":  # type: ignore[index]
        pass
    assert last["code"] == 1000  # type: ignore[index]
    assert next(sent.items, "nothing") == "nothing"


def test_a_client_that_hangs_up_ends_its_stream(sent: Sent) -> None:
    sent.client.close()
    assert next(sent.items, "nothing") == "nothing"
    assert sent.stream.closed


def test_who_does_not_read_the_last_message_is_hung_up_on(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "CLOSE_SECONDS", 0.0)
    sent.stream.outbox.close(1001, "the server stops")
    assert sent.client.recv(1) == b"", "nothing has been sent, since nobody has asked for it"


def test_an_opened_session_whose_stream_does_not_come_gives_up_its_place(
    streams: HttpStreams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "OPEN_SECONDS", 0.01)
    assert streams.open(OPEN.encode()) is not None
    assert wait_until(lambda: streams.open(OPEN.encode()), "the place is free")


def test_what_is_nearly_an_acknowledgement_is_read_as_any_message(sent: Sent) -> None:
    for text in (b'{"ack":', b'"ack"', b'{"type": "ack", "ack": 1}'):
        sent.stream.receive(text)
        told = sent.take()
        assert isinstance(told, dict)
        assert told["type"] == "error"
    sent.stream.receive(b' { "type" : "ack" } ')
    sent.stream.receive(b'{"type":"step","epochs":0}')
    told = sent.take()
    assert isinstance(told, dict)
    assert told["path"] == "epochs", "the acknowledgement was none of the errors"


def test_a_list_of_too_many_values_is_refused_as_a_whole(sent: Sent) -> None:
    body = b'[{"type":"run"}' + b",[]" * 400_000 + b"]"
    assert sent.stream.receive(body) == 1
    told = sent.take()
    assert isinstance(told, dict)
    assert (told["code"], "so many values" in told["message"]) == ("invalid_message", True)
