"""The store: what is stored stays, under an id of its content, in a bounded room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.files.blob_store import BlobStore, BlobStoreFullError, StorageQuotaError
from app.limits.storage_quotas import StorageQuotas

BLOCK = 4096


def test_what_is_stored_outlives_the_store(tmp_path: Path) -> None:
    first = BlobStore(tmp_path / "deep" / "shelf", 10 * BLOCK)
    name = first.put(b"one")
    assert len(name) == 16
    assert first.put(b"one") == name
    assert first.put(b"two") != name
    again = BlobStore(tmp_path / "deep" / "shelf", 10 * BLOCK)
    assert again.get(name) == b"one"
    assert len(list((tmp_path / "deep" / "shelf").iterdir())) == 2


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    store = BlobStore(tmp_path, 3 * BLOCK)
    names = [store.put(bytes([i]) * size) for i, size in enumerate((BLOCK, 1, BLOCK))]
    for age, name in enumerate(names):
        os.utime(tmp_path / name, (age, age))
    left_over = tmp_path / "stopped.part"
    left_over.touch()
    os.utime(left_over, (0, 0))
    being_written = tmp_path / "new.part"
    being_written.touch()
    assert store.get(names[0]) is not None, "now it is the newest"
    store.put(b"more")
    assert [store.get(name) is None for name in names] == [False, True, False]
    assert not left_over.exists()
    assert being_written.exists(), "another request is writing it"
    being_written.unlink()
    with pytest.raises(BlobStoreFullError):
        store.put(b"x" * (3 * BLOCK + 1))
    assert store.get(names[2]) is not None, "what cannot be stored takes no room"


def test_ids_lead_nowhere_else_and_damage_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    store = BlobStore(tmp_path / "shelf", 10 * BLOCK)
    name = store.put(b"content")
    for hostile in ("../secret", "", ".", name.upper(), name + "\n", name[:-1], "a" * 16, "\0"):
        assert store.get(hostile) is None
    (tmp_path / "shelf" / name).write_bytes(b"conteXt")
    assert store.get(name) is None
    assert store.put(b"content") == name
    assert store.get(name) == b"content"


def test_whoever_stores_most_gives_way(tmp_path: Path) -> None:
    def make_store() -> BlobStore:
        return BlobStore(tmp_path / "shelf", 10 * BLOCK, StorageQuotas(tmp_path, 1 << 30))

    store = make_store()
    kept = [store.put(bytes([i]), "192.0.2.1") for i in range(2)]
    for age, name in enumerate(kept):
        os.utime(tmp_path / "shelf" / name, (age, age))
    last = ""
    for i in range(40):
        # Also after a restart one knows whose they are.
        store = make_store() if i % 10 == 0 else store
        last = store.put(bytes([100 + i]) * 2 * BLOCK, "198.51.100.7")
    assert all(store.get(name) for name in [*kept, last])
    everything = "".join(path.name for path in tmp_path.rglob("*"))
    assert "192.0.2" not in everything
    assert "198.51" not in everything
    assert len(list((tmp_path / "shelf").iterdir())) == 2 * (2 + 4), "a blob and whose it is"


def test_a_client_stores_its_share_and_waits(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "shelf", 100 * BLOCK, StorageQuotas(tmp_path, 3 * BLOCK))
    one = store.put(b"one", "a")
    store.put(b"two" * 2 * BLOCK, "a")
    with pytest.raises(StorageQuotaError) as refused:
        store.put(b"three", "a")
    assert 60 < refused.value.seconds < 120, "more than a minute's share was taken"
    assert store.put(b"one", "a") == one, "what is there costs nothing"
    assert store.put(b"three", "b")
    shares = StorageQuotas(tmp_path, 3 * BLOCK)
    assert all(shares.charge(str(i), 1) == 0 for i in range(5000))
    assert len(shares._shares._left) == 4096


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    store = BlobStore(tmp_path, 2 * BLOCK)
    (tmp_path / ("a" * 16)).mkdir()
    (tmp_path / ("b" * 16)).symlink_to(tmp_path)
    names = [store.put(bytes([i])) for i in range(4)]
    assert [store.get(name) is None for name in names] == [True, True, False, False]
    assert (tmp_path / ("a" * 16)).is_dir()
    assert store.get("a" * 16) is None


def test_a_folder_that_cannot_be_written_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "shelf"
    folder.write_text("a file where the folder should be")
    store = BlobStore(folder, 10 * BLOCK, StorageQuotas(folder, 1 << 20))
    for _ in range(3):
        with pytest.raises(BlobStoreFullError):
            store.put(b"content", "a")
    assert len(caplog.records) == 1
    folder.unlink()
    assert store.get(store.put(b"content", "a")) == b"content"
