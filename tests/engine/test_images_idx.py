"""The parser of IDX files: exactly the published content, or one clear error."""

from __future__ import annotations

import dataclasses
import gzip
import io
import os
import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import DataError
from engine.data.images.idx import IdxFile, inflate, parse_idx, read_idx
from tests.engine.image_files import CONTENTS, PACKED, SMALL, TEST_IMAGES, TRAIN_IMAGES

IMAGES, LABELS = SMALL.files[2], SMALL.files[3]
IMAGES_CONTENT, LABELS_CONTENT = CONTENTS[IMAGES.name], CONTENTS[LABELS.name]
#: A file of two numbers, worked out by hand.
TWO = IdxFile("two", (2,), "6b413bc4e4b437a09780b06c8c43c748d2546f2be2f36913c8dfdb95fac3a083")


def parse(content: bytes, file: IdxFile = IMAGES, block: int = 1000) -> np.ndarray:
    blocks = (content[at : at + block] for at in range(0, len(content), block))
    return parse_idx(blocks, file, file.name)


def refuse(content: bytes, file: IdxFile = IMAGES) -> str:
    """Parses what has to be refused; returns what is said after the file's name."""
    with pytest.raises(DataError) as caught:
        parse(content, file)
    assert caught.value.code == "invalid_data"
    assert caught.value.message.startswith(f"{file.name} ")
    return caught.value.message.removeprefix(f"{file.name} ")


def head(*shape: int, kind: int = 8, zeros: bytes = b"\0\0") -> bytes:
    return zeros + struct.pack(f">BB{len(shape)}I", kind, len(shape), *shape)


def test_a_file_of_two_numbers_by_hand() -> None:
    content = bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])
    assert TWO.header == content[:8]
    assert TWO.size == 10
    assert parse(content, TWO).tolist() == [7, 9]
    assert parse(content, TWO, block=1).tolist() == [7, 9]
    assert refuse(content[:-1] + b"\x08", TWO).startswith("is not the published file")


@pytest.mark.parametrize("block", [1, 7, 16, 17, 1 << 20])
def test_however_the_content_comes_in(block: int) -> None:
    found = parse(IMAGES_CONTENT, block=block)
    assert found.dtype == np.uint8
    assert found.shape == (50, 28, 28)
    assert found.tobytes() == IMAGES_CONTENT[16:]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is cut short: 0 of 39216 bytes"),
        (IMAGES_CONTENT[:15], "is cut short: 15 of 39216 bytes"),
        (IMAGES_CONTENT[:16], "is cut short: 16 of 39216 bytes"),
        (IMAGES_CONTENT[:-1], "is cut short: 39215 of 39216 bytes"),
        (IMAGES_CONTENT + b"\0", "is too long: more than 39216 bytes"),
        (IMAGES_CONTENT * 3, "is too long: more than 39216 bytes"),
        (IMAGES_CONTENT[:-1] + b"\1", "is not the published file"),
        (LABELS_CONTENT, "holds labels where images belong"),
        (CONTENTS[TRAIN_IMAGES], "declares 200 x 28 x 28, must declare 50 x 28 x 28"),
        (head(50, 28, 28, kind=9), "is not an IDX file of bytes"),
        (head(50, 28, 28, kind=13), "is not an IDX file of bytes"),
        (head(50, 28, 28, zeros=b"\1\0"), "is not an IDX file of bytes"),
        (b"<!DOCTYPE html><html>", "is not an IDX file of bytes"),
        (b"\x80\x04\x95\x0f\0\0\0\0\0\0\0cos\nsystem\n", "is not an IDX file of bytes"),
        (PACKED[f"{TEST_IMAGES}.gz"], "is not an IDX file of bytes"),
        (head(50, 784) + bytes(50 * 784), "has 2 dimensions, must have 3"),
        (head(*[1] * 255), "has 255 dimensions, must have 3"),
        (head(50, 28, 29) + bytes(50 * 28 * 29), "declares 50 x 28 x 29"),
        (head(2**31, 28, 28), "declares 2147483648 x 28 x 28"),
        (head(2**32 - 1, 2**32 - 1, 2**32 - 1), "declares 4294967295 x"),
        (head(0, 0, 0), "declares 0 x 0 x 0"),
    ],
)
def test_what_is_refused_and_why(content: bytes, says: str) -> None:
    assert refuse(content).startswith(says)


def test_images_where_labels_belong() -> None:
    assert refuse(IMAGES_CONTENT, LABELS) == "holds images where labels belong"


def test_nothing_is_allocated_for_what_a_file_declares() -> None:
    tracemalloc.start()
    try:
        refuse(head(2**31 - 1, 2**31 - 1, 28))
        refuse(head(2**31, 28, 28) + bytes(100))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def count_blocks(content: bytes, block: int, taken: list[int]) -> Iterator[bytes]:
    for at in range(0, len(content), block):
        taken.append(at)
        yield content[at : at + block]


def test_no_more_is_read_than_needed_to_refuse() -> None:
    taken: list[int] = []
    with pytest.raises(DataError, match="too long"):
        parse_idx(count_blocks(IMAGES_CONTENT + bytes(10**6), 1000, taken), IMAGES, "file")
    assert len(taken) == len(IMAGES_CONTENT) // 1000 + 1


def read_packed(path: Path, content: bytes, file: IdxFile = IMAGES) -> np.ndarray:
    path.write_bytes(content)
    return read_idx(path, file, packed=True)


def test_a_compressed_file(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    for level in (0, 1, 9):
        found = read_packed(path, gzip.compress(IMAGES_CONTENT, level))
        assert found.tobytes() == IMAGES_CONTENT[16:]


def _flip(content: bytes, at: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 0x55
    return bytes(changed)


_GOOD = gzip.compress(IMAGES_CONTENT, mtime=0)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is cut short"),
        (_GOOD[:5], "is cut short"),
        (_GOOD[:-1], "is cut short"),
        (_GOOD[: len(_GOOD) // 2], "is cut short"),
        (_GOOD + b"\0", "is too long: something follows"),
        (_GOOD + _GOOD, "is too long: something follows"),
        (_GOOD + gzip.compress(b"", mtime=0) * 1000, "is too long: something follows"),
        (_flip(_GOOD, 0), "is damaged"),
        (_flip(_GOOD, len(_GOOD) // 2), ""),
        (_flip(_GOOD, -1), "is damaged"),
        (_flip(_GOOD, -5), "is damaged"),
        (IMAGES_CONTENT, "is damaged"),
        (b"<!DOCTYPE html>", "is damaged"),
        (zlib.compress(IMAGES_CONTENT), "is damaged"),
        (gzip.compress(b"", mtime=0), "is cut short: 0 of 39216"),
        (gzip.compress(LABELS_CONTENT, mtime=0), "holds labels where images belong"),
    ],
)
def test_what_is_refused_of_compressed_files(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(DataError) as caught:
        read_packed(tmp_path / "images.gz", content)
    assert caught.value.message.startswith(f"images.gz {says}")


@pytest.mark.parametrize("start", [b"", IMAGES.header])
def test_a_bomb_fills_no_memory(tmp_path: Path, start: bytes) -> None:
    bomb = gzip.compress(start + bytes(1 << 26))
    assert len(bomb) < IMAGES.largest_packed
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"^bomb.gz (is too long|is not an IDX)"):
            read_packed(tmp_path / "bomb.gz", bomb)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_file_larger_than_it_can_be_is_not_begun(tmp_path: Path) -> None:
    path = tmp_path / "large.gz"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(DataError, match=r"^large.gz is too large: 1099511627776 bytes"):
        read_idx(path, IMAGES, packed=True)


def test_what_is_no_file(tmp_path: Path) -> None:
    folder, pipe, nothing = (tmp_path / name for name in ("folder", "pipe", "nothing"))
    folder.mkdir()
    os.mkfifo(pipe)
    for path, says in ((folder, "is not a file"), (pipe, "is not a file"), (nothing, "cannot be")):
        with pytest.raises(DataError, match=rf"^{path.name} {says}"):
            read_idx(path, IMAGES, packed=False)


@given(st.binary(max_size=200), st.integers(1, 60))
def test_any_bytes_give_nothing_but_the_one_error(content: bytes, block: int) -> None:
    with pytest.raises(DataError):
        parse(content, TWO, block)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=8), st.integers(0, 255), st.binary(max_size=60))
def test_any_header_gives_nothing_but_the_one_error(
    shape: list[int], kind: int, rest: bytes
) -> None:
    with pytest.raises(DataError):
        parse(head(*shape, kind=kind) + rest)


def _cut_out(content: bytes, at: int) -> bytes:
    return content[:at] + content[at + 1 :]


def _put_in(content: bytes, at: int) -> bytes:
    return content[:at] + b"\x99" + content[at:]


@given(
    st.sampled_from([_flip, _cut_out, _put_in, lambda content, at: content[:at]]),
    st.integers(0, len(LABELS_CONTENT) - 1),
)
def test_any_change_to_a_file_is_found(change: Callable[[bytes, int], bytes], at: int) -> None:
    with pytest.raises(DataError):
        parse(change(LABELS_CONTENT, at), LABELS)


@given(
    st.sampled_from([_flip, _cut_out, _put_in]),
    st.integers(0, len(PACKED[f"{LABELS.name}.gz"]) - 1),
)
def test_any_change_to_a_compressed_file_is_found_or_changes_nothing(
    change: Callable[[bytes, int], bytes], at: int
) -> None:
    stream = io.BytesIO(change(PACKED[f"{LABELS.name}.gz"], at))
    try:
        found = parse_idx(inflate(stream, "labels"), LABELS, "labels")
    except DataError:
        return
    # The header has a time and a system in it, which say nothing about the content.
    assert LABELS.header + found.tobytes() == LABELS_CONTENT


@given(st.binary(max_size=300))
def test_any_bytes_as_a_compressed_file(content: bytes) -> None:
    with pytest.raises(DataError):
        parse_idx(inflate(io.BytesIO(content), "file"), IMAGES, "file")


def test_a_checksum_decides_even_if_everything_else_agrees() -> None:
    other = dataclasses.replace(IMAGES, sha256="0" * 64)
    said = refuse(IMAGES_CONTENT, other)
    assert said == (
        "is not the published file: the SHA-256 of its content begins with "
        f"{IMAGES.sha256[:12]}, it must be 000000000000"
    )
