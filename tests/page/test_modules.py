"""Modules of the page without a picture: frames, numbers, layers, curves, messages."""

from __future__ import annotations

import json
import struct
from itertools import pairwise

import numpy as np
import pytest
from safetensors.numpy import save

from engine.data.kinds import DATASETS
from engine.functions.features import FEATURES, make_grid
from engine.spec.names import IMAGE_DATASETS
from tests.page.node import Modules


def test_a_frame_is_decoded_without_a_copy(modules: Modules) -> None:
    arrays = {
        "weights": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "units": np.arange(8, dtype=np.uint8).reshape(2, 2, 2),
    }
    blob = save(arrays, metadata={"step": "7", "units_range": "[[0, 1]]", "running": "true"})
    frame = modules.load(
        """const { decodeFrame } = await import("lib/frames");
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


def test_a_misaligned_frame_is_decoded_all_the_same(modules: Modules) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [1, 5]}}).encode()
    header += b" " * (-len(header) % 8)
    blob = struct.pack("<Q", len(header)) + header + b"\0" + struct.pack("<f", 1.5)
    value = modules.load(
        """const { decodeFrame } = await import("lib/frames");
           return decodeFrame(new Uint8Array(arguments[0]).buffer).arrays.a.data[0];""",
        list(blob),
    )
    assert value == 1.5


def test_frames_that_were_not_painted_keep_their_points(modules: Modules) -> None:
    joined = modules.load(
        """const { carryOver } = await import("lib/frames");
           const frame = (points) => ({ arrays: points ? { points } : {} });
           const first = carryOver(frame("p1"), frame(null));
           const second = carryOver(first, frame("p2"));
           return [first.arrays.points, second.arrays.points];"""
    )
    assert joined == ["p1", "p2"]


def test_arrays_that_have_not_changed_are_those_of_an_earlier_frame(modules: Modules) -> None:
    seen = modules.load(
        """const { restoreUnchanged } = await import("lib/frames");
           let arrays = {};
           return [
             { meta: {}, arrays: { predictions: 1, image: 1 } },
             { meta: { unchanged: ["predictions"] }, arrays: { image: 2 } },
             { meta: {}, arrays: { image: 3 } },
             { meta: { unchanged: ["predictions"] }, arrays: {} },
           ].map((frame) => {
             arrays = restoreUnchanged(frame, arrays);
             return frame.arrays;
           });"""
    )
    assert seen == [
        {"predictions": 1, "image": 1},
        {"predictions": 1, "image": 2},
        {"image": 3},
        {"predictions": 1},
    ]


def test_losses_are_written_so_that_they_can_be_read(modules: Modules) -> None:
    written = modules.load(
        """const { formatLoss, describeDifference } = await import("lib/format");
           const losses = [0, 1e-7, 1.2e-5, 1.2e-4, 0.0123, 0.5, 12.34, 12345.6, 3e6, Infinity];
           return [...losses.map(formatLoss),
             ...[0.0991, -0.02, 0, 1e-9].map((value) => describeDifference(value))];"""
    )
    assert written == [
        "0", "≈ 0", "0.00001", "0.0001", "0.0123", "0.500", "12.3", "12,346", "3.0×10⁶", "∞",
        "0.0991 higher", "0.0200 lower", "the same", "the same",
    ]  # fmt: skip


def test_notes_stand_near_what_they_are_about_and_over_nothing(modules: Modules) -> None:
    places = modules.load(
        """const { placeNotes } = await import("views/page/first-notes");
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


def test_origins_say_which_units_stay(modules: Modules) -> None:
    edits = modules.load(
        """const l = await import("spec/layers");
           const layers = [{ units: 3 }, { units: 2 }];
           const rich = [{ units: 2, activation: "relu", dropout: 0.5, batch_norm: true }];
           const removed = l.removeUnit(layers, 0, 1);
           return {
             removed, added: l.addUnit(layers, 1).origin,
             inserted: l.insertLayer(layers, 1).origin, gone: l.removeLayer(layers, 0).origin,
             like: l.insertLayer(rich, 1).layers,
             followed: [l.mapUnit({ layer: 0, unit: 2 }, removed.origin),
               l.mapUnit({ layer: 0, unit: 1 }, removed.origin)],
           };"""
    )
    assert edits["removed"] == {
        "layers": [{"units": 2}, {"units": 2}],
        "origin": [[0, [0, 2]], [1, [0, 1]]],
    }
    assert edits["added"] == [[0, [0, 1, 2]], [1, [0, 1, None]]]
    assert edits["inserted"] == [[0, [0, 1, 2]], [None, [None, None, None]], [1, [0, 1]]]
    assert edits["gone"] == [[1, [0, 1]]]
    # A layer near the identity: nothing is dropped, nothing normalized, and it learns.
    before = {"units": 2, "activation": "relu", "dropout": 0.5, "batch_norm": True}
    assert edits["like"] == [
        before,
        {**before, "dropout": 0, "batch_norm": False, "trainable": True},
    ]
    assert edits["followed"] == [{"layer": 0, "unit": 1}, None]


def test_a_scale_and_its_inverse_agree(modules: Modules) -> None:
    values = modules.load(
        """const { createScale } = await import("controls/slider");
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


def test_a_long_curve_is_thinned_evenly(modules: Modules) -> None:
    lengths, steps = modules.load(
        """const { createHistory } = await import("run/history");
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


def test_messages_are_cut_out_of_a_stream_however_its_bytes_come(modules: Modules) -> None:
    payloads = [(0, b'{"type":"alive"}'), (1, bytes(range(200))), (1, b""), (0, '{"é":1}'.encode())]
    stream = b"".join(struct.pack("<IB", len(text), kind) + text for kind, text in payloads)
    for size in (1, 3, 7, len(stream)):
        seen = modules.load(
            """const { createMessageReader } = await import("stream/message-reader");
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


def test_a_throttle_calls_with_the_newest_value(modules: Modules) -> None:
    called = modules.load(
        """const { createThrottle } = await import("lib/throttle");
           const called = [];
           await new Promise((resolve) => {
             const { offer } = createThrottle(20, (value) => {
               called.push(value);
               if (called.length === 2) resolve();
             });
             for (const value of [1, 2, 3]) offer(value);
           });
           const { offer, cancel } = createThrottle(1e6, (value) => called.push(value));
           offer(4);
           offer(5);
           cancel();
           return called;"""
    )
    assert called == [1, 3, 4], "the first at once, the newest after a while"


def test_the_page_knows_the_image_sets_of_the_engine(modules: Modules) -> None:
    known = modules.load(
        """const { className, describeImages, listImageSets } = await import("spec/data-sets");
           return listImageSets().map(describeImages).map((set) =>
             ({ ...set, classes: set.classes.map((_, k) => className(set, k)) }));"""
    )
    assert [one["name"] for one in known] == list(IMAGE_DATASETS)
    shapes = {one["name"]: tuple(one["shape"]) for one in known}
    assert shapes == {name: DATASETS[name].input_shape for name in IMAGE_DATASETS}
    clothes = next(one["classes"] for one in known if one["name"] == "fashion_mnist")
    assert clothes[0] == "T-shirt"
    assert clothes[9] == "Boot"


@pytest.mark.parametrize("name", FEATURES.names)
def test_the_page_computes_the_features_of_the_engine(modules: Modules, name: str) -> None:
    seen = modules.load(
        """const { sampleFeature } = await import("spec/features");
           return [...sampleFeature(arguments[0], 9)];""",
        name,
    )
    x1, x2 = make_grid(9).T
    np.testing.assert_allclose(seen, FEATURES[name].compute(x1, x2), rtol=1e-5, atol=1e-5)
