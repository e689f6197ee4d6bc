"""Recordings as they are thinned, packed and read."""

from __future__ import annotations

import base64
import gzip
import json
import random
import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.page.node import Modules
from tests.page.recordings import make_recording, make_with
from tests.sizes import NIGHTLY, choose

THIN = """
const { createRecorder } = await import('recordings/recorder');
const { pack, unpack } = await import('recordings/format');
const spec = {
  features: ['x1'], layers: [], data: { name: 'xor', points: null },
  optimizer: { name: 'sgd' }, schedule: { name: 'constant' },
};
const array = (data, ...shape) => ({ data, shape });
const recorder = createRecorder({ every: 2, most: 10 });
for (let step = 0; step < 99; step += 1) {
  const meta = { step, epoch: step, boundary_range: [0, 1], units_range: [] };
  recorder.take({ spec, meta, arrays: {
    boundary: array(new Uint8Array(10000).fill(7 * step), 1, 100, 100),
    units: array(new Uint8Array(0), 0, 32, 32),
    weights: array(Float32Array.of(-step / 3, 1e-30 * step), 2),
    history: array(Float32Array.of(step, 1 / step, 2, 3, 4), 1, 5),
    ...(step === 5 ? { points: array(new Float32Array(12).fill(0.1), 2, 6) } : {}),
  } });
}
const about = { recorded: "2026-01-01T00:00:00.000Z", every: 2 };
const [schema] = arguments;
const { frames } = await unpack(await pack({ about, frames: recorder.finish() }), schema);
return frames.map(({ meta, arrays }) => ({
  step: meta.step, rows: [...arrays.history.data].filter((_, i) => i % 5 === 0),
  boundary: arrays.boundary.data[9999], weights: [...arrays.weights.data],
  points: Boolean(arrays.points),
}));
"""


def test_however_long_a_run_is_it_fits_and_is_read_bit_for_bit(
    modules: Modules, schema: dict[str, Any]
) -> None:
    frames = modules.load(THIN, schema)
    steps = [frame["step"] for frame in frames]
    assert len(steps) <= 11
    assert (steps[0], steps[-1]) == (0, 98)
    assert len({b - a for a, b in pairwise(steps[:-1])}) == 1, "evenly apart"
    rows = [row for frame in frames for row in frame["rows"]]
    assert rows == sorted(set(rows))
    assert rows[-1] == 98
    assert [frame["points"] for frame in frames].count(True) == 1, "what came once is not lost"
    for frame in frames:
        step = frame["step"]
        assert frame["boundary"] == 7 * step % 256
        assert frame["weights"] == [float32(-step / 3), float32(1e-30 * step)]


def float32(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


RACE = """
const { createRecorder } = await import('recordings/recorder');
const { pack, unpack } = await import('recordings/format');
const { readRace } = await import('race/reading');
const [schema, race] = arguments;
const spec = {
  features: ['x1'], layers: [], data: { name: 'xor', points: null },
  optimizer: { name: 'sgd' }, schedule: { name: 'constant' },
};
const array = (data, ...shape) => ({ data, shape });
const recorder = createRecorder({ every: 1, most: 10 });
const arrays = {
  boundary: array(new Uint8Array(10000), 1, 100, 100), units: array(new Uint8Array(0), 0, 32, 32),
  weights: array(new Float32Array(2), 2),
  race_curves: array(Float32Array.from({ length: 20 }, (_, i) => i), 2, 2, 5),
  race_boundaries: array(new Uint8Array(5000).fill(9), 2, 50, 50),
  race_ranges: array(Float32Array.of(0, 1, 0, 1), 2, 2), race_ensemble: array(Float32Array.of(2, .5, .5), 3),
};
const meta = {
  step: 1, epoch: 1, boundary_range: [0, 1], units_range: [], race,
  validation_loss: 0.5, validation_accuracy: 0.75, best_epoch: 1, best_loss: 0.5, best_step: 1, waited: 0,
};
recorder.take({ spec, meta, arrays });
const about = { recorded: '2026-01-01T00:00:00.000Z', every: 1 };
try {
  const { frames: [frame] } = await unpack(await pack({ about, frames: recorder.finish() }), schema);
  const { networks, state } = readRace(frame);
  return [frame.meta, state, networks.map(({ test, map }) => [test, map[2499]])];
} catch (error) {
  return error.reason ?? error.code ?? String(error);
}
"""  # noqa: E501
RACING = {
    "racers": [[{"path": "seed", "from": 0, "to": 1}], [{"path": "seed", "from": 0, "to": 2}]],
    "epochs": 5,
    "restart": True,
    "state": "done",
    "share": 1,
}


def test_a_race_and_what_is_known_of_validation_are_kept(
    modules: Modules, schema: dict[str, Any]
) -> None:
    meta, state, networks = modules.load(RACE, schema, RACING)
    assert meta["race"] == RACING
    assert (meta["validation_loss"], meta["validation_accuracy"]) == (0.5, 0.75)
    assert (meta["best_epoch"], meta["best_loss"], meta["waited"]) == (1, 0.5, 0)
    assert state == "done"
    assert networks == [[[2, 7], 9], [[12, 17], 9]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"racers": [[]] * 17},
        {"racers": [[{"path": "<b>", "to": 1}]]},
        {"racers": [[{}] * 2]},
        {"racers": 3},
        {"state": "won"},
        {"epochs": -1},
        {"share": None},
    ],
)
def test_a_race_of_another_shape_is_no_recording(
    modules: Modules, schema: dict[str, Any], wrong: dict[str, Any]
) -> None:
    assert "damaged" in modules.load(RACE, schema, {**RACING, **wrong})


MAP = """
const { createRecording } = await import('recordings/recording');
const { createRecordedSource } = await import('recordings/source');
const { createEmitter } = await import('lib/emitter');
const { createStore } = await import('lib/store');
const { unpack } = await import('recordings/format');
const { readCell, readMap } = await import('map/model/reading');
const { createCurves } = await import('map/model/curves');
const [schema, change] = arguments;
const spec = {
  features: ['x1'], layers: [], data: { name: 'xor', points: null },
  optimizer: { name: 'sgd' }, schedule: { name: 'constant' },
};
const array = (data, ...shape) => ({ data, shape });
const sweep = {
  axes: [
    { path: 'optimizer.learning_rate', values: [0.01, 0.1, 1], scale: 'log' },
    { path: 'optimizer.name', values: ['sgd', 'adam'], scale: 'linear' },
  ], rows: 2, columns: 3, seeds: 1, networks: 6, bytes: 99, ...change.sweep,
};
const { on, emit } = createEmitter();
const store = createStore({ recording: { active: false, frames: 0 }, map: { sweep: null, colour: 'gap' } });
const recording = createRecording({ store, source: { on } });
const plain = {
  boundary: array(new Uint8Array(10000), 1, 100, 100), units: array(new Uint8Array(0), 0, 32, 32),
  weights: array(new Float32Array(2), 2),
};
const meta = { step: 7, epoch: 1, boundary_range: [0, 1], units_range: [] };
const told = [];
recording.start({ every: 1, most: 10 }, () => told.push('begun'));
// The network rests at its step; the map begins.
emit('frame', { spec, meta: { ...meta, sweep: { epoch: 3, state: 'paused', ready: 1, progress: 1 } }, arrays: plain });
store.set({ map: { sweep } });
for (const epoch of [0, 1, 2]) {
  const cells = Float32Array.from({ length: 36 }, (_, i) => epoch + i / 3);
  emit('frame', {
    spec, meta: { ...meta, sweep: { epoch, state: 'training', ready: 1, progress: 0.5, ...change.state } },
    arrays: {
      ...plain, sweep_cells: array(cells, 2, 3, 6), sweep_ranges: array(new Float32Array(12).fill(1), 6, 2),
      sweep_sharpness: array(new Float32Array(12), ...(change.sharp ?? [2, 3, 2])),
      sweep_boundaries: array(new Uint8Array(6 * 576).map((_, i) => i), ...(change.shape ?? [6, 1, 24, 24])),
    },
  });
}
emit('frame', { spec, meta, arrays: plain });
recording.stop();
const { packed } = await recording.result();
try {
  const { frames } = await unpack(packed, schema);
  const source = createRecordedSource({ frames });
  const heard = [];
  source.on('sweep', (said) => heard.push([said.sweep?.axes[1].values ?? null, said.colour ?? null]));
  source.connect();
  source.seek(3);
  source.seekMap();
  source.send({ type: 'step', epochs: 2 });
  const place = source.place();
  const curves = createCurves();
  const shown = { ...frames[2].sweep, of: frames[2].sweep };
  curves.follow({ frames, index: 2 }, shown);
  const all = curves.curveOf(5);
  curves.follow({ frames, index: 1 }, shown);
  source.send({ type: 'sweep', sweep: null });
  return {
    told, heard, place, all, back: curves.curveOf(5).epochs, bytes: frames[0].sweep.bytes ?? null,
    loss: readCell(readMap(frames[2], frames[2].sweep), 5).trainLoss,
    levels: new Set(frames[0].arrays.sweep_boundaries.data).size,
    ends: frames[0].arrays.sweep_boundaries.data.slice(0, 256).filter((byte) => [0, 255].includes(byte)).length,
  };
} catch (error) {
  return error.code ?? String(error);
}
"""  # noqa: E501


def test_a_recording_plays_a_map(modules: Modules, schema: dict[str, Any]) -> None:
    found = modules.load(MAP, schema, {})
    assert found["told"] == ["begun"], "it begins with epoch 0 of the map"
    axis = ["sgd", "adam"]
    assert found["heard"] == [[axis, "gap"], [None, None], [axis, "gap"]]
    assert found["place"] == 2, "a step counts epochs of the map"
    assert found["all"]["epochs"] == [0, 1, 2]
    assert found["all"]["train"] == pytest.approx([10, 11, 12], rel=2**-13)
    assert found["back"] == [0, 1]
    assert found["bytes"] is None, "what is not known is left out"
    assert found["loss"] == pytest.approx(2 + 30 / 3, rel=2**-13)
    assert found["levels"] == 64
    assert found["ends"] >= 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"sweep": {"axes": []}},
        {"sweep": {"axes": [{"path": "<b>", "values": [1, 2], "scale": "log"}], "columns": 2}},
        {"sweep": {"axes": [{"path": "optimizer.name", "values": [1, 2], "scale": "linear"}]}},
        {"sweep": {"rows": 3}},
        {"sweep": {"rows": 1e9}},
        {"sweep": {"seeds": 0.5}},
        {"state": {"state": "<b>"}},
        {"state": {"epoch": -1}},
        {"state": {"ready": None}},
        {"shape": [3, 2, 24, 24]},
        {"sharp": [3, 2, 2]},
    ],
)
def test_a_map_of_another_shape_is_no_recording(
    modules: Modules, schema: dict[str, Any], wrong: dict[str, Any]
) -> None:
    assert modules.load(MAP, schema, wrong) == "damaged"


def tamper(change: Callable[[dict], object]) -> Callable[[bytes], bytes]:
    """Makes a change of a recording's head."""

    def apply(packed: bytes) -> bytes:
        whole = gzip.decompress(packed)
        (length,) = struct.unpack("<I", whole[:4])
        head = json.loads(whole[4 : 4 + length])
        change(head)
        text = json.dumps(head).encode()
        return gzip.compress(struct.pack("<I", len(text)) + text + whole[4 + length :], 1)

    return apply


HOSTILE = {
    "cut": (lambda packed: packed[: len(packed) // 2], "damaged"),
    "bits": (lambda packed: packed[:5000] + bytes(500) + packed[5500:], "damaged"),
    "nothing": (lambda _: b"", "damaged"),
    "other": (lambda _: gzip.compress(b"\xff\xff\xff\x7f" + b"something else"), "foreign"),
    "bomb": (lambda _: gzip.compress(bytes(300 << 20), 1), "too_large"),
    "version": (tamper(lambda head: head.update(version=99)), "version"),
    "empty": (tamper(lambda head: head.update(frames=[])), "empty"),
    "many": (tamper(lambda head: head.update(frames=head["frames"] * 9)), "too_large"),
    "shape": (tamper(lambda head: head["frames"][3]["arrays"][0][2].append(2)), "damaged"),
    "inherited": (
        tamper(lambda head: head["frames"][3]["arrays"][0].__setitem__(0, "constructor")),
        "damaged",
    ),
    "huge": (
        tamper(lambda head: head["frames"][3]["arrays"][0].__setitem__(2, [1 << 28])),
        "damaged",
    ),
    "spec": (tamper(lambda head: head["specs"][0]["layers"][0].update(units=5)), "damaged"),
    "seed": (tamper(lambda head: head["specs"][0].update(seed="x")), "damaged"),
    "noise": (tamper(lambda head: head["specs"][0]["data"].update(noise="x")), "damaged"),
    "images": (tamper(lambda head: head["specs"][0]["data"].update(name="toString")), "damaged"),
    "markup": (
        tamper(lambda head: head["specs"][0]["data"].update(name="<img src=x onerror=alert(1)>")),
        "damaged",
    ),
    "more": (lambda packed: gzip.compress(gzip.decompress(packed) + b"\0", 1), "damaged"),
    "range": (
        tamper(lambda head: head["frames"][0]["meta"].update(boundary_range=["a", 1])),
        "damaged",
    ),
}  # fmt: skip

#: How many frames were read, or why none were.
KNOWN = {1, 2, 3, "damaged", "empty", "foreign", "too_large", "version"}

READ_FORMS = """
const { unpack } = await import('recordings/format');
const { fromText } = await import('recordings/gzip');
const [forms, schema] = arguments;
const read = (text) => unpack(fromText(text), schema)
  .then(({ frames }) => frames.length, (e) => e.code);
return Promise.all(forms.map(read));
"""


#: Noise, which gzip leaves as it is: the bytes of the frames make most of the recording.
NOISE = "let x = 1; arrays.boundary.data.forEach((_, i, all) => { all[i] = x = (x * 75) % 65537; })"


def test_what_is_no_recording_is_told_and_nothing_hangs(
    modules: Modules, schema: dict[str, Any]
) -> None:
    packed = make_recording(modules, NOISE, 200)
    assert len(packed) > 10_000
    forms = [packed, *(change(packed) for change, _ in HOSTILE.values())]
    texts = [base64.b64encode(form).decode() for form in forms]
    whole, *read = modules.load(READ_FORMS, texts, schema)
    assert dict(zip(HOSTILE, read, strict=True)) == {n: code for n, (_, code) in HOSTILE.items()}
    assert whole == 200


def damage(packed: bytes, rng: random.Random) -> bytes:
    """A recording with another value in its head, or with bytes changed, cut off or added."""
    whole = gzip.decompress(packed)
    (length,) = struct.unpack_from("<I", whole)
    head = json.loads(whole[4 : 4 + length])
    match rng.randrange(3):
        case 0:
            inner: Any = head
            while True:
                key = rng.choice([*inner] if isinstance(inner, dict) else range(len(inner)))
                if not (isinstance(inner[key], dict | list) and inner[key]) or rng.random() < 0.1:
                    break
                inner = inner[key]
            inner[key] = rng.choice(STRANGE)
            new = json.dumps(head).encode()
            return gzip.compress(struct.pack("<I", len(new)) + new + whole[4 + length :], 1)
        case 1:
            plain = bytearray(whole)
            for _ in range(rng.randint(1, 4)):
                plain[rng.randrange(rng.choice([length, len(plain)]))] = rng.randrange(256)
            return gzip.compress(bytes(plain[: rng.choice([None, rng.randrange(len(plain))])]), 1)
        case _:
            some = bytearray(packed)
            some[rng.randrange(len(some))] ^= 1 << rng.randrange(8)
            return bytes(some[: rng.choice([None, rng.randrange(len(some))])])


#: What stands in the place of any value of a recording's head.
STRANGE: list[Any] = [
    None, True, -1, 0, 0.5, 1e308, 2**53, "", "x", "__proto__", "constructor", "inf", [], [[]], {},
    [None], {"length": 1e9}, {"__proto__": 1}, ["U8"], [-1], [1 << 31, 1 << 31],
]  # fmt: skip


def test_a_damaged_recording_is_read_or_refused(modules: Modules, schema: dict[str, Any]) -> None:
    packed = make_recording(modules, "")
    rng = random.Random(None if NIGHTLY else 1)
    for _ in range(choose(1, 40)):
        forms = [damage(packed, rng) for _ in range(100)]
        texts = [base64.b64encode(form).decode() for form in forms]
        read = modules.load(READ_FORMS, texts, schema)
        wrong = [form for form, result in zip(texts, read, strict=True) if result not in KNOWN]
        assert not wrong


FINE = (
    "",
    "delete spec.regularization; delete spec.layers[0].dropout",
    "meta.penalty = 'inf'; meta.test_loss = 'nan'",
    "meta.unknown = { a: [1] }",
    "arrays.selected = undefined; delete arrays.selected",
)
BROKEN = (
    "spec.seed = 'x'",
    "spec.data.noise = 'x'",
    "spec.data.noise = {}",
    "spec.data.name = 'toString'",
    "spec.data.points = [[0, 0, 0], [1]]",
    "spec.data.classes = null",
    "spec.batch_size = true",
    "spec.batch_size = -1",
    "spec.features = ['x1', 'x1']",
    "spec.layers[0].dropout = 'x'",
    "spec.layers[0].units = '1'",
    "spec.layers[0].activation = 'constructor'",
    "spec.layers = Array(9).fill(spec.layers[0])",
    "spec.optimizer.learning_rate = [0.1]",
    "spec.optimizer.clip_norm = 'none'",
    "spec.optimizer = null",
    "spec.schedule = []",
    "spec.regularization.l1 = 1e300",
    "spec.loss = 'categorical_crossentropy'",
    "spec.version = 2",
    "spec.surprise = 1",
    "meta.step = 'x'",
    "meta.epoch = null",
    "meta.spec_id = -1",
    "meta.train_loss = {}",
    "meta.test_accuracy = '<b>'",
    "meta.units_range = [[0, 'x']]",
    "meta.selected = 'x'",
    "meta.time = 'x'",
    "about.recorded = 'x'",
    "about.recorded = null",
    "about.every = 'x'",
    "arrays.weights = { data: new Float32Array(3), shape: [3] }",
    "arrays.boundary = { data: new Uint8Array(20000), shape: [2, 100, 100] }",
)


def test_a_recording_is_checked_as_strictly_as_the_server_checks(
    modules: Modules, schema: dict[str, Any]
) -> None:
    script = """const read = async (change) => unpack(await make(change), arguments[0])
                  .then(({ frames }) => frames.length, (error) => error.code ?? String(error));
                return Promise.all(changes.map(read));"""
    read = modules.load(make_with([*FINE, *BROKEN], script), schema)
    assert dict(zip(FINE, read, strict=False)) == dict.fromkeys(FINE, 3)
    assert dict(zip(BROKEN, read[len(FINE) :], strict=True)) == dict.fromkeys(BROKEN, "damaged")
