"""Modules without a picture, run where they live: in the browser."""

from __future__ import annotations

import json
import struct
from base64 import b64decode
from itertools import pairwise

import numpy as np
from safetensors.numpy import save

from engine.spec.names import IMAGE_SIDES
from engine.vision.drawing import prepare_drawing
from tests.browser.page import Page
from tests.browser.strokes import DIGITS


def test_a_frame_is_decoded_without_a_copy(page: Page) -> None:
    arrays = {
        "weights": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "units": np.arange(8, dtype=np.uint8).reshape(2, 2, 2),
    }
    blob = save(arrays, metadata={"step": "7", "units_range": "[[0, 1]]", "running": "true"})
    frame = page.load(
        """const { decodeFrame } = await import("frames");
           const buffer = new Uint8Array(arguments[0]).buffer;
           const { meta, arrays } = decodeFrame(buffer);
           return { meta, weights: [...arrays.weights.data], shape: arrays.weights.shape,
             units: [...arrays.units.data], shared: arrays.weights.data.buffer === buffer };""",
        list(blob),
    )
    assert frame["meta"] == {"step": 7, "units_range": [[0, 1]], "running": True}
    assert frame["weights"] == arrays["weights"].ravel().tolist()
    assert frame["shape"] == [2, 3]
    assert frame["units"] == list(range(8))
    assert frame["shared"] is True


def test_a_misaligned_frame_is_decoded_all_the_same(page: Page) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [1, 5]}}).encode()
    header += b" " * (-len(header) % 8)
    blob = struct.pack("<Q", len(header)) + header + b"\0" + struct.pack("<f", 1.5)
    value = page.load(
        """const { decodeFrame } = await import("frames");
           return decodeFrame(new Uint8Array(arguments[0]).buffer).arrays.a.data[0];""",
        list(blob),
    )
    assert value == 1.5


def test_frames_that_were_not_painted_keep_their_points(page: Page) -> None:
    joined = page.load(
        """const { carryOver } = await import("frames");
           const frame = (points) => ({ arrays: points ? { points } : {} });
           const first = carryOver(frame("p1"), frame(null));
           const second = carryOver(first, frame("p2"));
           return [first.arrays.points, second.arrays.points];"""
    )
    assert joined == ["p1", "p2"]


def test_losses_are_written_so_that_they_can_be_read(page: Page) -> None:
    written = page.load(
        """const { formatLoss, tellDifference } = await import("format");
           return [...[0, 1e-7, 1.2e-5, 0.0123, 0.5, 12.34, 12345.6, 3e6, Infinity].map(formatLoss),
             ...[0.0991, -0.02, 0, 1e-9].map((value) => tellDifference(value))];"""
    )
    assert written == [
        "0", "≈ 0", "0.00001", "0.0123", "0.500", "12.3", "12,346", "3.0×10⁶", "∞",
        "0.0991 higher", "0.0200 lower", "the same", "the same",
    ]  # fmt: skip


def test_notes_stand_near_what_they_are_about_and_over_nothing(page: Page) -> None:
    places = page.load(
        """const { placeNotes } = await import("network/note-places");
           const room = { left: 0, top: 0, right: 300, bottom: 200 };
           const taken = [{ left: 100, top: 50, right: 200, bottom: 150 }];
           const notes = [{ width: 80, height: 30, x: 150, y: 150 },
             { width: 80, height: 30, x: 150, y: 50 }, { width: 290, height: 60, x: 150, y: 100 }];
           return placeNotes(notes, taken, room);"""
    )
    below, above, none = places
    assert below["top"] >= 155
    assert above["bottom"] <= 45
    assert none is None, "a note without room is not shown"


def test_origins_say_which_units_stay(page: Page) -> None:
    edits = page.load(
        """const l = await import("layers");
           const layers = [{ units: 3 }, { units: 2 }];
           const removed = l.removeUnit(layers, 0, 1);
           return {
             removed, added: l.addUnit(layers, 1).origin,
             inserted: l.insertLayer(layers, 1).origin, gone: l.removeLayer(layers, 0).origin,
             followed: [l.followUnit({ layer: 0, unit: 2 }, removed.origin),
               l.followUnit({ layer: 0, unit: 1 }, removed.origin)],
           };"""
    )
    assert edits["removed"] == {
        "layers": [{"units": 2}, {"units": 2}],
        "origin": [[0, [0, 2]], [1, [0, 1]]],
    }
    assert edits["added"] == [[0, [0, 1, 2]], [1, [0, 1, None]]]
    assert edits["inserted"] == [[0, [0, 1, 2]], [None, [None, None, None]], [1, [0, 1]]]
    assert edits["gone"] == [[1, [0, 1]]]
    assert edits["followed"] == [{"layer": 0, "unit": 1}, None]


def test_a_scale_and_its_inverse_agree(page: Page) -> None:
    values = page.load(
        """const { createScale } = await import("controls/scale");
           const scales = [
             { minimum: 1e-5, maximum: 10, log: true }, { minimum: 0, maximum: 10, log: true },
             { minimum: 50, maximum: 2000, step: 10, whole: true },
             { minimum: 1, maximum: 200, log: true, whole: true }];
           return scales.map((field) => {
             const scale = createScale(field);
             return Array.from({ length: 101 }, (_, i) => {
               const value = scale.valueAt(10 * i);
               return [value, scale.valueAt(scale.positionOf(value))];
             });
           });"""
    )
    for pairs in values:
        assert all(a == b for a, b in pairs)
        assert [a for a, _ in pairs] == sorted(a for a, _ in pairs)
    assert [pairs[0][0] for pairs in values] == [1e-5, 0, 50, 1]
    assert [pairs[-1][0] for pairs in values] == [10, 10, 2000, 200]


def test_a_long_curve_is_thinned_evenly(page: Page) -> None:
    lengths, steps = page.load(
        """const { createHistory } = await import("history");
           const history = createHistory();
           const lengths = [];
           for (let step = 1; step <= 20000; step += 1) {
             const rows = { data: new Float32Array([step, 1, 1, 1, 1]) };
             history.add({ meta: { step }, arrays: { history: rows } });
             lengths.push(history.series.step.length);
           }
           return [Math.max(...lengths), history.series.step];"""
    )
    assert lengths <= 1201
    gaps = {b - a for a, b in pairwise(steps)}
    assert len(gaps) <= 2
    assert steps[-1] > 19_900


def test_messages_are_cut_out_of_a_stream_however_its_bytes_come(page: Page) -> None:
    payloads = [(0, b'{"type":"alive"}'), (1, bytes(range(200))), (1, b""), (0, '{"é":1}'.encode())]
    stream = b"".join(struct.pack("<IB", len(text), kind) + text for kind, text in payloads)
    for size in (1, 3, 7, len(stream)):
        seen = page.load(
            """const { createMessageReader } = await import("transports/message-reader");
               const seen = [];
               const read = createMessageReader({
                 message: (message) => seen.push(message),
                 frame: (buffer) => seen.push([...new Uint8Array(buffer)]),
               });
               const [bytes, size] = [new Uint8Array(arguments[0]), arguments[1]];
               for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
               return seen;""",
            list(stream),
            size,
        )
        assert seen == [{"type": "alive"}, list(range(200)), [], {"é": 1}]


def test_the_page_knows_the_image_sets_of_the_engine(page: Page) -> None:
    known = page.load(
        """const { IMAGE_SETS, sideOf } = await import("images/sets");
           return Object.fromEntries(IMAGE_SETS.map((name) => [name, sideOf(name)]));"""
    )
    assert known == IMAGE_SIDES


def test_ink_is_as_thin_however_small_a_drawing_is(page: Page) -> None:
    sizes = [0.12, 0.22, 0.6, 0.95]
    drawings = [
        [[((x - 0.5) * size / 0.66 + 0.5, (y - 0.5) * size / 0.66 + 0.5) for x, y in stroke]
         for stroke in DIGITS[8]]
        for size in sizes
    ]  # fmt: skip
    script = """const { createInk } = await import("images/ink");
                const toInk = createInk();
                return arguments[0].map((strokes) => toInk(strokes, arguments[1]));"""

    def seen(pen: str, fitted: bool) -> list[np.ndarray]:
        """What the network is shown of each drawing."""
        inks = page.load(script, drawings, {"pen": pen, "fitted": fitted})
        prepared = [
            prepare_drawing(
                np.frombuffer(b64decode(ink["ink"]), np.uint8).reshape(ink["height"], ink["width"]),
                28,
            ).astype(float)
            for ink in inks
        ]
        return prepared

    images = seen("medium", fitted=True)
    for image in images[:-1]:
        assert np.abs(image - images[-1]).mean() < 2
    # As wide as on the paper the smallest one is a blot.
    blot = seen("medium", fitted=False)[0]
    assert blot.sum() > 1.7 * images[0].sum()
    thin, thick = seen("thin", fitted=True)[0], seen("thick", fitted=True)[0]
    assert 1.2 * thin.sum() < images[0].sum() < thick.sum() / 1.2


def test_a_dot_is_ink(page: Page) -> None:
    ink = page.load(
        """const { createInk } = await import("images/ink");
           const options = { pen: "medium", fitted: true };
           const dot = [[[0.9, 0.9], [0.9, 0.9]]];
           return [dot, []].map((strokes) => createInk()(strokes, options).ink);"""
    )
    dot, nothing = (np.frombuffer(b64decode(text), np.uint8) for text in ink)
    assert dot.max() == 255
    assert not nothing.any()
