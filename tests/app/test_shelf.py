"""The shelf: what is stored stays, under an id of its content, in a bounded room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.shelf import Shelf, ShelfFullError

BLOCK = 4096


def test_what_is_stored_outlives_the_shelf(tmp_path: Path) -> None:
    first = Shelf(tmp_path / "deep" / "shelf", 10 * BLOCK)
    name = first.put(b"one")
    assert len(name) == 16
    assert first.put(b"one") == name
    assert first.put(b"two") != name
    again = Shelf(tmp_path / "deep" / "shelf", 10 * BLOCK)
    assert again.get(name) == b"one"
    assert len(list((tmp_path / "deep" / "shelf").iterdir())) == 2


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 3 * BLOCK)
    names = [shelf.put(bytes([i]) * size) for i, size in enumerate((BLOCK, 1, BLOCK))]
    for age, name in enumerate(names):
        os.utime(tmp_path / name, (age, age))
    left_over = tmp_path / "stopped.part"
    left_over.touch()
    os.utime(left_over, (0, 0))
    assert shelf.get(names[0]) is not None, "now it is the newest"
    shelf.put(b"more")
    assert [shelf.get(name) is None for name in names] == [False, True, False]
    assert not left_over.exists()
    with pytest.raises(ShelfFullError):
        shelf.put(b"x" * (3 * BLOCK + 1))
    assert shelf.get(names[2]) is not None, "what cannot be stored takes no room"


def test_ids_lead_nowhere_else_and_damage_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    shelf = Shelf(tmp_path / "shelf", 10 * BLOCK)
    name = shelf.put(b"content")
    for hostile in ("../secret", "", ".", name.upper(), name + "\n", name[:-1], "a" * 16, "\0"):
        assert shelf.get(hostile) is None
    (tmp_path / "shelf" / name).write_bytes(b"conteXt")
    assert shelf.get(name) is None
    assert shelf.put(b"content") == name
    assert shelf.get(name) == b"content"
