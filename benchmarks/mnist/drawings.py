"""How many of a hundred drawn digits a network of 2x128 units recognizes, by kind of drawing."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.mnist.data import make_programs, make_server
from benchmarks.mnist.hands import KINDS, draw_digits
from benchmarks.report import Row
from engine import Trainer, parse_spec
from engine.data.drawing import prepare_drawing
from tests.browser.drivers import make_driver
from tests.browser.page import Page

GOAL = 97
EPOCHS = 10
SPEC = {
    "data": {"name": "mnist"},
    "layers": [{"units": 128, "activation": "relu"}] * 2,
    "batch_size": 128,
    "optimizer": {"name": "adam", "learning_rate": 0.001},
    "schedule": {"name": "cosine", "decay_steps": 469 * EPOCHS},
}
#: The page's own module makes the ink.
_TO_INK = """const { createDrawingEncoder } = await import("images/drawing-bytes");
             const toInk = createDrawingEncoder();
             return arguments[0].map((strokes) => toInk(strokes, arguments[1]));"""


def measure_drawings() -> list[Row]:
    """Trains a network, and shows it the same drawings with ink that is fitted, and that is not."""
    trainer = Trainer(parse_spec(SPEC), make_programs())
    accuracy = trainer.train(epochs=EPOCHS)["test_accuracy"]
    with make_server() as server, tempfile.TemporaryDirectory() as profile:
        driver = make_driver(Path(profile))
        try:
            page = Page(driver, server.url).open("/embed")
            before = _count(page, trainer, fitted=False)
            after = _count(page, trainer, fitted=True)
        finally:
            driver.quit()
    total = sum(after.values())
    detail = f"2x128 at {accuracy:.1%} of the test digits"
    rows = [
        Row("drawn digits recognized", f"{total} of 100", f"{GOAL}", total >= GOAL, detail),
        Row("  the same with a pen of one width", f"{sum(before.values())} of 100"),
    ]
    return rows + [
        Row(f"  {kind}", f"{after[kind]} of 20", detail=f"a pen of one width: {before[kind]}")
        for kind in KINDS
    ]


def _count(page: Page, trainer: Trainer, *, fitted: bool) -> dict[str, int]:
    """Right answers of each kind."""
    counts = {}
    for kind in KINDS:
        digits, drawings = zip(*draw_digits(kind), strict=True)
        inks = page.load(_TO_INK, drawings, {"pen": "medium", "fitted": fitted})
        images = np.stack([prepare_drawing(_read(ink), (28, 28)) for ink in inks])
        answers = trainer.predict(images.reshape(len(images), -1)).argmax(axis=1)
        counts[kind] = int((answers == np.array(digits)).sum())
    return counts


def _read(ink: dict[str, str]) -> np.ndarray:
    content = np.frombuffer(base64.b64decode(ink["ink"]), np.uint8)
    return content.reshape(int(ink["height"]), int(ink["width"]))
