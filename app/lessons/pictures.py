"""Pictures of lessons for their list: the boundary that a lesson leads to, trained by the engine.

`make lessons-pictures` writes them; they are files of the page, so that no visitor waits for them.
"""

from __future__ import annotations

import struct
import sys
import zlib

import numpy as np

from app.lessons.check import list_solved
from app.lessons.lesson import Lesson
from app.lessons.library import OWN, Library

FOLDER = OWN.parent / "static" / "img" / "lessons"
#: Epochs that the network of a picture is trained.
_EPOCHS = 150
#: How far the outputs of a picture lie apart, at least.
_LEAST = 0.3
#: Colours of two classes and the middle between them, and those of several classes (tokens.css).
_PAIR = np.array([[238, 125, 0], [251, 252, 253], [10, 123, 214]], dtype=float)
_CLASSES = np.array([[230, 159, 0], [0, 114, 178], [0, 158, 115], [204, 121, 167], [86, 180, 233]])
#: How strong colours are, as on the page's maps.
_STRENGTH = 0.86


def draw_picture(lesson: Lesson) -> bytes | None:
    """Returns the PNG of a lesson, 100 pixels a side; None where no goal of it leads to one.

    Trained is the state of a goal as its hint changes it: of the last one that is of the plane and
    whose network tells one place from another.
    """
    for state in reversed(list_solved(lesson)):
        trainer = state.make(None)
        if trainer.spec.data.is_images:
            continue
        if not (state.weights or (state.change or {}).get("weights")):
            # Another initializer acts then.
            trainer.reset()
        trainer.train(epochs=_EPOCHS)
        outputs = trainer.frame(views=("boundary",))["boundary"].astype(float) / 255
        if np.ptp(outputs) > _LEAST:
            return write_png(_colour(outputs))
    return None


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


def write_png(pixels: np.ndarray) -> bytes:
    """Returns pixels [rows, columns, 3] as PNG: a header, the rows deflated, an end."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


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
