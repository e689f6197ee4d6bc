"""Recordings on the server: the document without its frames, and recordings that are kept."""

from __future__ import annotations

import base64
import gzip
import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.recordings import _is_recording
from app.files.blob_store import BlobStore
from tests.app.servers import LiveServer

LARGEST = 200_000


def make_recording(size: int = 0) -> bytes:
    """Bytes that begin as a recording does, and as many more that nothing compresses."""
    head = json.dumps({"livenet": "recording", "version": 1}, separators=(",", ":")).encode()
    start = gzip.compress(struct.pack("<I", len(head)) + head)
    return start + bytes(max(0, size - len(start)))


def code_of(body: bytes) -> str:
    return json.loads(body)["error"]["code"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    """Recordings by their ids, which are to outlive the server that was given them."""
    return {}


@pytest.fixture(scope="module")
def keeper(cache: Path, kept: dict[str, bytes]) -> Iterator[LiveServer]:
    """A server with a cache of its own that keeps small recordings."""
    server = LiveServer(
        LIVENET_CACHE_DIR=str(cache),
        LIVENET_MAX_RECORDING_BYTES=str(LARGEST),
        LIVENET_MAX_MESSAGE_BYTES="100000",
    )
    yield server
    server.stop()
    next_one = BlobStore(cache / "recordings", 1 << 30)
    assert all(next_one.get(name) == content for name, content in kept.items())


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (make_recording(LARGEST + 1), 413),
        (b"", 400),
        (b"<script>alert(1)</script>", 400),
        (gzip.compress(b"<html>"), 400),
        (make_recording()[:15], 400),
    ],
    ids=["too_large", "nothing", "a_script", "a_page", "cut"],
)
def test_what_is_no_recording_is_refused(keeper: LiveServer, content: bytes, status: int) -> None:
    answer = keeper.get("/api/recordings", "POST", content)
    assert answer.status == status
    assert code_of(answer.body)


@given(st.binary(max_size=200), st.booleans(), st.integers(0, 200))
def test_any_bytes_are_a_recording_or_not(content: bytes, packed: bool, cut: int) -> None:
    """They are not, whatever they are, but for what begins as one."""
    body = gzip.compress(content) if packed else content
    assert not _is_recording(body[:cut])
    assert _is_recording(make_recording() + content)


def test_strangers_neither_send_nor_find_anything(keeper: LiveServer) -> None:
    content = make_recording()
    refused = keeper.get("/api/recordings", "POST", content, Origin="https://evil.example")
    assert refused.status == 403
    for name in ("aaaaaaaaaaaaaaaa", "..%2f..%2fetc%2fpasswd", "x" * 500):
        assert keeper.get(f"/api/recordings/{name}").status == 404


def test_a_recording_is_kept_under_a_short_id_and_outlives_the_server(
    keeper: LiveServer, kept: dict[str, bytes]
) -> None:
    # Longer than any message may be.
    content = make_recording(LARGEST)
    answer = keeper.get("/api/recordings", "POST", content)
    assert answer.status == 200
    name = json.loads(answer.body)["id"]
    assert len(name) < 20
    assert json.loads(keeper.get("/api/recordings", "POST", content).body)["id"] == name
    got = keeper.get(f"/api/recordings/{name}")
    assert got.body == content
    assert "immutable" in got.headers["Cache-Control"]
    assert got.headers["Content-Type"] == "application/octet-stream"
    kept[name] = content


def test_the_document_holds_all_that_it_needs(server: LiveServer) -> None:
    answer = server.get("/api/recordings/shell?lang=ko")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain"), "it is no page of the server"
    text = answer.body.decode()
    assert '<html lang="ko">' in text
    found = re.search(r'id="parts">([^<]*)<', text)
    assert found
    parts = json.loads(gzip.decompress(base64.b64decode(found[1])))
    assert {"script", "styles", "words", "schema", "presets", "datasets"} <= set(parts)
    assert set(parts["words"]) == {"en", "ko"}
    for words in parts["words"].values():
        assert {"tab.loss", "help.tab.flow", "option.adam", "error.invalid_spec"} <= set(words)
        assert not [key for key in words if key.startswith(("share.", "tour.", "observation."))]
    modules = set(re.findall(r'^modules\["([^"]+)"\] = ', parts["script"], re.MULTILINE))
    assert {"pages/replay", "recordings/format", "lib/store"} <= modules
    assert "pages/playground" not in modules, "only what is needed"
    assert not re.findall(r'(?:src|href)="(?!data:)', text), "nothing outside of it is asked for"
    for blank in ("@origin@", "@wishes@", "@recording@"):
        assert blank in text
    assert 'id="plotly"></script>' in text
    larger = server.get("/api/recordings/shell?plotly=1").body
    assert len(text) < 400_000
    assert 1_500_000 < len(larger) < 3_000_000
    again = server.get("/api/recordings/shell?lang=ko", If_None_Match=answer.headers["ETag"])
    assert again.status == 304
