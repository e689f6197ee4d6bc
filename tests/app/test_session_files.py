"""Files of saved sessions: whole or not at all, bounded, and no trouble to the rest."""

from __future__ import annotations

import logging
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import session_files
from app.files.session_files import SessionFiles

TOKENS = [f"a-token-of-a-session-{number:02}" for number in range(10)]
AGE = 600.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
def files(folder: Path) -> SessionFiles:
    return SessionFiles(folder, 1 << 20, AGE)


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def set_time(path: Path, at: float) -> None:
    """Makes a file look as if it had been written then."""
    os.utime(path, (at, at))


def test_the_newest_content_is_read_also_by_another_server(
    files: SessionFiles, folder: Path
) -> None:
    assert files.get(TOKENS[0]) is None
    assert files.put(TOKENS[0], b"one")
    assert files.put(TOKENS[0], b"two")
    assert files.get(TOKENS[0]) == b"two"
    assert SessionFiles(folder, 1 << 20, AGE).get(TOKENS[0]) == b"two"
    assert files.get(TOKENS[1]) is None
    assert TOKENS[0] not in only_file(folder).name


def test_a_file_is_deleted_only_by_who_wrote_it_last(files: SessionFiles, folder: Path) -> None:
    other = SessionFiles(folder, 1 << 20, AGE)
    files.put(TOKENS[0], b"ours")
    other.put(TOKENS[0], b"theirs")
    files.delete(TOKENS[0])
    assert other.get(TOKENS[0]) == b"theirs"
    other.delete(TOKENS[0])
    assert not [*folder.iterdir()]


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7), cut=st.booleans())
def test_what_is_damaged_or_half_written_is_not_read(at: int, bit: int, cut: bool) -> None:
    content = b"0123456789" * 20
    body = session_files._CHECKSUM.pack(session_files.zlib.crc32(content)) + content
    at %= len(body)
    damaged = body[:at] if cut else body[:at] + bytes([body[at] ^ 1 << bit]) + body[at + 1 :]
    assert session_files._check(damaged) is None
    assert session_files._check(body) == content


def test_a_damaged_file_is_reported_once_and_removed(
    files: SessionFiles, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for token in TOKENS[:2]:
        files.put(token, b"content")
        only_file(folder).write_bytes(b"something else")
        assert files.get(token) is None
        assert not [*folder.iterdir()]
    assert len(messages(caplog)) == 1
    assert files.put(TOKENS[0], b"again")
    assert files.get(TOKENS[0]) == b"again"


def test_old_files_go_and_no_others(files: SessionFiles, folder: Path) -> None:
    files.put(TOKENS[0], b"old")
    old = only_file(folder)
    left_over = folder / f"{'0' * 32}.part"
    foreign = folder / "notes.txt"
    for path in (left_over, foreign):
        path.write_bytes(b"")
    for path in (old, left_over, foreign):
        set_time(path, time.time() - AGE - 5)
    assert files.get(TOKENS[0]) is None
    SessionFiles(folder, 1 << 20, AGE).put(TOKENS[1], b"new")
    assert not old.exists()
    assert not left_over.exists()
    assert foreign.exists()


def test_the_oldest_give_way_to_a_new_one(folder: Path) -> None:
    files = SessionFiles(folder, 4 * 4096, AGE)
    for number, token in enumerate(TOKENS):
        assert files.put(token, bytes(100))
        for path in folder.iterdir():
            set_time(path, path.stat().st_mtime - 1)
        assert len([*folder.iterdir()]) == min(number + 1, 4)
    assert [token for token in TOKENS if files.get(token)] == TOKENS[-4:]
    # Also those of an earlier start.
    later = SessionFiles(folder, 4 * 4096, AGE)
    assert later.put(TOKENS[0], bytes(2 * 4096))
    assert [token for token in TOKENS if files.get(token)] == [TOKENS[0], TOKENS[-1]]


def test_files_are_bounded_in_number(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_files, "MAX_FILES", 3)
    files = SessionFiles(folder, 1 << 20, AGE)
    for token in TOKENS:
        files.put(token, b"x")
    assert len([*folder.iterdir()]) == 3


def test_what_is_too_large_is_refused_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = SessionFiles(folder, 8192, AGE)
    assert not files.put(TOKENS[0], bytes(9000))
    assert not files.put(TOKENS[1], bytes(9000))
    assert files.put(TOKENS[2], b"small")
    assert len(messages(caplog)) == 1


def test_a_folder_that_cannot_be_written_is_reported_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file is where the folder should be: permissions do not hold for every user."""
    (tmp_path / "sessions").write_bytes(b"")
    files = SessionFiles(tmp_path / "sessions", 1 << 20, AGE)
    for token in TOKENS:
        assert not files.put(token, b"content")
        assert files.get(token) is None
    assert len([text for text in messages(caplog) if "cannot be saved" in text]) == 1
    (tmp_path / "sessions").unlink()
    assert files.put(TOKENS[0], b"content")
    assert files.get(TOKENS[0]) == b"content"


@contextmanager
def full_disk(n_bytes: int) -> Iterator[None]:
    """Files of this process may be no longer than that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_file_before(
    files: SessionFiles, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files.put(TOKENS[0], b"before")
    with full_disk(1 << 14):
        for _ in range(3):
            assert not files.put(TOKENS[0], bytes(1 << 16))
    assert files.get(TOKENS[0]) == b"before"
    assert [path.suffix for path in folder.iterdir()] == [""], "nothing half-written is left"
    assert len(messages(caplog)) == 1
    assert files.put(TOKENS[0], b"after")
    assert files.get(TOKENS[0]) == b"after"


def test_a_clock_that_was_set_back_is_reported_once(
    files: SessionFiles, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files.put(TOKENS[0], b"from the future")
    set_time(only_file(folder), time.time() + 7200)
    for _ in range(3):
        assert files.get(TOKENS[0]) == b"from the future"
    assert files.put(TOKENS[1], b"now")
    assert ["clock" in text for text in messages(caplog)] == [True]
