"""Pictures of lessons for their list: the boundary that a lesson leads to, trained by the engine.

`make lessons-pictures` writes them; they are files of the page, so that no visitor waits for them.
That of the lesson that is looked at begins anew and trains in the visitor's browser.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib

import numpy as np

from app.lessons.check import LessonState, list_solved
from app.lessons.directives import Content
from app.lessons.lesson import Lesson
from app.lessons.library import OWN, Library
from engine import merge_patch, parse_spec

FOLDER = OWN.parent / "static" / "img" / "lessons"
#: Epochs that the network of a picture is trained.
_EPOCHS = 300
#: Colours of two classes and the middle between them, and those of several classes (tokens.css).
_PAIR = np.array([[238, 125, 0], [251, 252, 253], [10, 123, 214]], dtype=float)
_CLASSES = np.array([[230, 159, 0], [0, 114, 178], [0, 158, 115], [204, 121, 167], [86, 180, 233]])
#: How strong colours are, as on the page's maps.
_STRENGTH = 0.86
#: How a PNG begins, and how its text begins that says what it was made of.
_SIGNATURE, _KEYWORD = b"\x89PNG\r\n\x1a\n", b"Source\0"


def find_network(lesson: Lesson) -> Content | None:
    """Returns the `spec` and `weights` that the picture of a lesson begins with.

    They are those of its last goal on points of the plane, as its hint changes them; None where no
    goal has any.
    """
    for state in reversed(list_solved(lesson)):
        change = state.change or {}
        edit = change.get("edit") or {}
        spec = merge_patch(state.spec, edit)
        if not parse_spec(spec).data.is_images:
            kept = [] if "layers" in edit else state.weights
            return {"spec": spec, "weights": [*kept, *change.get("weights", [])]}
    return None


def draw_picture(lesson: Lesson) -> bytes | None:
    """Returns the PNG of a lesson, 100 pixels a side; None where there is no network for one.

    It names what it was made of, so that a test sees when a lesson has changed since.
    """
    network = find_network(lesson)
    if network is None:
        return None
    trainer = LessonState(**network).make(None)
    trainer.train(epochs=_EPOCHS)
    outputs = trainer.frame(views=("boundary",))["boundary"].astype(float) / 255
    return write_png(_colour(outputs), describe_source(network))


def describe_source(network: Content) -> str:
    """Returns what the picture of a network is made of, as one text."""
    return json.dumps({"epochs": _EPOCHS, **network}, sort_keys=True, separators=(",", ":"))


def read_source(png: bytes) -> str | None:
    """Returns what a picture was made of; None if it does not say so."""
    at, found = len(_SIGNATURE), None
    while found is None and at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if kind == b"tEXt" and data.startswith(_KEYWORD):
            found = data.removeprefix(_KEYWORD).decode("latin-1")
        at += 12 + length
    return found


def _colour(outputs: np.ndarray) -> np.ndarray:
    """Returns outputs [K, 100, 100], 0 to 1, as pixels [100, 100, 3] with x2 upwards."""
    if len(outputs) > 1:
        pixels = _CLASSES[outputs.argmax(axis=0)]
    else:
        place = 2 * outputs[0]
        low = np.minimum(place.astype(int), 1)
        share = (place - low)[..., None]
        pixels = _PAIR[low] * (1 - share) + _PAIR[low + 1] * share
    return np.rint(pixels[::-1] * _STRENGTH + 255 * (1 - _STRENGTH)).astype(np.uint8)


def write_png(pixels: np.ndarray, source: str = "") -> bytes:
    """Returns pixels [rows, columns, 3] as PNG: a header, the rows deflated, an end.

    Args:
        pixels: bytes.
        source: what they were made of, ASCII; written beside them.
    """
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"tEXt", _KEYWORD + source.encode("latin-1")),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return _SIGNATURE + b"".join(chunks)


def main() -> int:
    """Writes the pictures of all lessons."""
    library = Library(OWN)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in library.names():
        lesson = library.find(name, "en")
        picture = draw_picture(lesson) if lesson else None
        if picture:
            (FOLDER / f"{name}.png").write_bytes(picture)
        print(f"{name}: {len(picture or b'')} bytes", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
