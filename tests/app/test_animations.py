"""Moving pictures: what becomes of frames, and what is refused."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import struct
import zlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.files.animations import MAX_FRAMES, MAX_PIXELS, REST_MS, AnimationError, Format, assemble
from tests.app.client import Client, decode_frame
from tests.app.servers import Answer, LiveServer
from tests.engine.specs import bounded

BOUNDARY = "frames-of-a-run"


def draw(number: int, size: tuple[int, int] = (64, 36)) -> bytes:
    """A frame in the two colours of the page, of which one grows."""
    image = Image.new("RGB", size, "#0a7bd6")
    ImageDraw.Draw(image).rectangle((0, 0, 4 * number, size[1]), "#ee7d00")
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def post(server: LiveServer, frames: Sequence[bytes], query: str = "") -> Answer:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="frame"; filename="f"\r\n\r\n'
    body = b"".join(head.encode() + frame + b"\r\n" for frame in frames)
    return server.get(
        f"/api/animations?{query}", "POST", body + f"--{BOUNDARY}--\r\n".encode(),
        Content_Type=f"multipart/form-data; boundary={BOUNDARY}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "opened", "mimetype"),
    [("gif", "GIF", "image/gif"), ("webp", "WEBP", "image/webp"), ("png", "PNG", "image/apng")],
)
def test_frames_become_a_moving_picture(
    server: LiveServer, kind: str, opened: str, mimetype: str
) -> None:
    answer = post(server, [draw(i) for i in range(9)], f"format={kind}&ms=80")
    assert (answer.status, answer.headers["Content-Type"]) == (200, mimetype)
    with Image.open(io.BytesIO(answer.body)) as image:
        assert (image.format, image.n_frames, image.size) == (opened, 9, (64, 36))  # type: ignore[attr-defined]
        assert image.info.get("loop", 0) == 0
        for i in range(9):
            image.seek(i)
            shown = image.convert("RGB")
            assert image.info["duration"] == (REST_MS if i == 8 else 80)
            orange = sum(shown.getpixel((x, 20))[0] > 124 for x in range(64))  # type: ignore[index]
            assert abs(orange - (4 * i + 1)) <= 1
            blue = shown.getpixel((60, 4))
            assert all(abs(a - b) < 9 for a, b in zip(blue, (10, 123, 214), strict=True))  # type: ignore[arg-type]


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG file, with its checksum."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def draw_blank(size: tuple[int, int]) -> bytes:
    """A frame of one colour, written row by row: the largest of them would take 400 MB."""
    width, height = size
    packer = zlib.compressobj(1)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        ([], "2 to 120 frames, got 0"),
        ([draw(1)], "2 to 120 frames, got 1"),
        ([draw(1)] * (MAX_FRAMES + 1), "got 121"),
        ([draw(1), b"GIF89a"], "frame 1 is no PNG"),
        ([draw(1), draw(1)[:80]], "frame 1 is damaged"),
        ([draw(1), draw(1, (64, 38))], "frame 1 is of another size"),
        ([(1921, 8)] * 2, "frame 0 is larger than 1920"),
        ([(1920, 1080)] * (MAX_PIXELS // (1920 * 1080) + 1), "together may have"),
        # A hundred million pixels in a few bytes are never unpacked.
        ([(20_000, 20_000)] * 2, "frame 0 is"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_cannot_move_is_refused(frames: list[bytes | tuple[int, int]], told: str) -> None:
    blanks = {size: draw_blank(size) for size in frames if isinstance(size, tuple)}
    contents = [blanks[one] if isinstance(one, tuple) else one for one in frames]
    with pytest.raises(AnimationError, match=told):
        assemble(contents, "gif", 100)


#: What Pillow reads of a PNG, each with a reader of its own.
CHUNKS = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs",
    b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"prIv",
]  # fmt: skip


@bounded(60)
@given(
    kind=st.sampled_from(["gif", "webp", "png"]),
    at=st.sampled_from([8, 33, -12]) | st.integers(0, 200),
    parts=st.lists(st.tuples(st.sampled_from(CHUNKS), st.binary(max_size=40)), max_size=3),
    flips=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 255)), max_size=2),
    first=st.booleans(),
)
def test_whatever_a_frame_holds_it_is_drawn_or_refused(
    kind: Format, at: int, parts: list[tuple[bytes, bytes]], flips: list[tuple[int, int]],
    first: bool,
) -> None:  # fmt: skip
    """Chunks of any content with sound checksums, put anywhere, and bytes changed."""
    good = draw(1)
    frame = bytearray(good[:at] + b"".join(chunk(*part) for part in parts) + good[at:])
    for place, value in flips:
        frame[place % len(frame)] ^= value
    frames = [bytes(frame), good] if first else [good, bytes(frame), good]
    with contextlib.suppress(AnimationError):
        assert assemble(frames, kind, 100)


@pytest.mark.parametrize(
    "query", ["format=mp4", "ms=5", "ms=x", "ms=-100", "ms=99999999999999999999"]
)
def test_a_wrong_request_is_refused(server: LiveServer, query: str) -> None:
    answer = post(server, [draw(1), draw(2)], query)
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["code"] == "invalid_animation"


def test_a_large_body_is_refused(server: LiveServer) -> None:
    answer = post(server, [b"x" * (49 << 20)])
    assert answer.status == 413


def test_moments_are_fetched_while_the_run_goes_on(
    server: LiveServer, connect: Callable[..., Client]
) -> None:
    """What was seen is answered bit for bit, and nobody who watches notices."""
    client = connect()
    token = client.open({"layers": [{"units": 3}]})["session"]
    client.ack()
    client.send("step", epochs=1)
    seen = client.frame_where(lambda frame: frame.step == 25)
    client.barrier()
    answer = server.get(f"/api/sessions/{token}/points?ids=1,0,77")
    found = []
    body = answer.body
    while body:
        length = int.from_bytes(body[:4], "little")
        found.append(decode_frame(body[4 : 4 + length]))
        body = body[4 + length :]
    assert [frame.step for frame in found] == [25, 0]
    for name in ("boundary", "units", "weights"):
        np.testing.assert_array_equal(found[0].arrays[name], seen.arrays[name])
    assert found[0].arrays["points"].shape == (500, 6)
    assert json.loads(found[0].metadata["spec"])["layers"][0]["units"] == 3
    assert client.barrier() == []
    for ids in ("", "1,", "x", ",".join(["1"] * 65)):
        assert server.get(f"/api/sessions/{token}/points?ids={ids}").status == 400
    assert server.get("/api/sessions/none/points?ids=1").status == 404


def test_stalled_uploads_take_no_place(server: LiveServer) -> None:
    """Those that send half of their pictures do not keep others from making theirs."""
    head = (
        "POST /api/animations HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n--{BOUNDARY}\r\n"
    )
    host, port = server.url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            stalled = stack.enter_context(socket.create_connection((host, int(port))))
            stalled.sendall(head.encode())
        for _ in range(4):
            # What has begun before this has taken whatever it takes.
            assert server.get("/api/schema").status == 200
            assert post(server, [draw(1), draw(2)]).status == 200
