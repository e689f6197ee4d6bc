"""Saved sessions in an object store: in this process's memory, and by S3's protocol."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from app.files import session_objects
from app.files.session_files import MAX_BYTES, name_file
from app.files.session_objects import SessionObjects

fsspec = pytest.importorskip("fsspec")

TOKENS = ["T" * 32, "U" * 32]
AGE = 600.0


@pytest.fixture
def url() -> str:
    return f"memory://{uuid.uuid4().hex}/sessions"


@pytest.fixture
def objects(url: str) -> SessionObjects:
    return SessionObjects(url, AGE)


def path_of(url: str, token: str) -> str:
    return f"{url.removeprefix('memory:/')}/{name_file(token)}"


def test_what_was_put_is_found_by_another_server(objects: SessionObjects, url: str) -> None:
    assert objects.get(TOKENS[0]) is None
    assert objects.put(TOKENS[0], b"one")
    assert objects.put(TOKENS[0], b"two")
    other = SessionObjects(url, AGE)
    assert other.get(TOKENS[0]) == b"two"
    assert other.get(TOKENS[1]) is None
    found = objects.statistics()
    assert (found.files, found.n_bytes, found.written, found.failed) == (1, 3, 2, 0)


def test_it_is_deleted_only_by_who_wrote_it_last(objects: SessionObjects, url: str) -> None:
    other = SessionObjects(url, AGE)
    objects.put(TOKENS[0], b"one")
    other.put(TOKENS[0], b"two")
    objects.delete(TOKENS[0])
    assert objects.get(TOKENS[0]) == b"two"
    other.delete(TOKENS[0])
    assert objects.get(TOKENS[0]) is None
    other.delete(TOKENS[0])


def test_what_is_too_old_is_of_no_use(
    objects: SessionObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects.put(TOKENS[0], b"one")
    now = session_objects.time.time()
    monkeypatch.setattr(session_objects.time, "time", lambda: now + AGE + 1)
    assert objects.get(TOKENS[0]) is None


@pytest.mark.parametrize("damage", [b"", b"short", bytes(40)])
def test_what_is_damaged_is_removed_and_reported_once(
    objects: SessionObjects, url: str, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store = fsspec.filesystem("memory")
    for token in TOKENS:
        objects.put(token, b"whole")
        store.pipe_file(path_of(url, token), damage)
        assert objects.get(token) is None
    assert len(caplog.records) == (len(damage) > 16)


def test_a_store_that_fails_is_reported_once_until_it_works(
    objects: SessionObjects, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("no such key")

    with monkeypatch.context() as patch:
        patch.setattr(objects._store, "pipe_file", refuse)
        assert not objects.put(TOKENS[0], b"one")
        assert not objects.put(TOKENS[1], b"one")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert objects.put(TOKENS[0], b"one")
    assert objects.statistics().failed == 2


def test_what_is_too_long_is_not_written(objects: SessionObjects) -> None:
    assert not objects.put(TOKENS[0], bytes(MAX_BYTES + 1))
    assert objects.get(TOKENS[0]) is None


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket of a server that speaks S3, in this process."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    store = fsspec.filesystem("s3", **_access(f"http://{host}:{port}"))
    store.mkdir("livenet")
    yield f"http://{host}:{port}"
    server.stop()


def _access(endpoint: str) -> dict[str, Any]:
    return {"key": "test", "secret": "test", "endpoint_url": endpoint}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_store_that_speaks_s3(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket)
    one, other = (SessionObjects("s3://livenet/class", AGE) for _ in range(2))
    assert one.get(TOKENS[0]) is None
    content = bytes(range(256)) * 100
    assert one.put(TOKENS[0], content)
    assert other.get(TOKENS[0]) == content
    assert other.put(TOKENS[0], b"later")
    one.delete(TOKENS[0])
    assert one.get(TOKENS[0]) == b"later"
    other.delete(TOKENS[0])
    assert one.get(TOKENS[0]) is None
