"""What a link carries: it comes back as it was, goes on as it was, and nothing else gets in."""

from __future__ import annotations

import contextlib
import random
import tracemalloc
import zlib
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import (
    MAX_PAYLOAD,
    MAX_POINTS,
    LinkPayload,
    PayloadError,
    PayloadVersionError,
    Programs,
    Spec,
    Trainer,
    decode_payload,
    decode_points,
    encode_payload,
    make_payload,
    parse_spec,
    read_word,
    write_word,
)
from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.network import Layout
from engine.state.snapshots import Snapshot
from tests.engine.specs import bounded, specs

coordinates = st.floats(-6, 6) | st.integers(-6000, 6000).map(lambda n: n / 1000)
points = st.lists(
    st.tuples(coordinates, coordinates, st.integers(0, 9).map(float) | st.floats(-1e6, 1e6)),
    max_size=40,
).map(tuple)
counts = st.integers(0, 2**30)


def there_and_back(payload: LinkPayload) -> LinkPayload:
    return decode_payload(read_word(write_word(encode_payload(payload))))


@bounded(100)
@given(specs(batch_norm=True), points, counts, counts, st.floats(0, 1e5, width=32))
def test_every_packet_comes_back(
    spec: dict, own: tuple, step: int, epoch: int, scale: float
) -> None:
    size = Layout.of(parse_spec(spec)).size
    params = (scale * np.random.default_rng(step).normal(size=size)).astype(np.float32)
    payload = there_and_back(LinkPayload(own, params, Counters(step=step, epoch=epoch)))
    assert np.array(payload.points).tobytes() == (np.array(own) + 0.0).tobytes(), "to the last bit"
    assert payload.counters == Counters(step=step, epoch=epoch)
    assert payload.params is not None
    np.testing.assert_allclose(payload.params, params, rtol=2**-11, atol=2**-25)


def test_a_word_is_short() -> None:
    trainer = Trainer(Spec())
    trainer.train(epochs=10)
    payload = make_payload(trainer.snapshot(), trainer.initial, points=True, weights="now")
    assert len(write_word(encode_payload(payload))) < 150
    drawn = random.Random(1)
    painted = tuple(
        (round(drawn.uniform(-6, 6), 2), round(drawn.uniform(-6, 6), 2), float(n % 2))
        for n in range(200)
    )
    assert len(write_word(encode_payload(LinkPayload(painted)))) < 1000


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_run_goes_on_where_it_was(optimizer: str) -> None:
    spec = parse_spec({"optimizer": {"name": optimizer}, "layers": [{"units": 3, "dropout": 0.2}]})
    first = Trainer(spec)
    first.train(steps=30)
    payload = there_and_back(make_payload(first.snapshot(), first.initial, True, "now"))
    second, again = Trainer(spec, payload=payload), Trainer(spec, payload=payload)
    assert (second.step, second.epoch) == (30, 1)
    np.testing.assert_allclose(second.weights, first.weights, rtol=1e-3, atol=1e-6)
    for trainer in (first, second, again):
        trainer.train(steps=30)
    np.testing.assert_array_equal(second.weights, again.weights)
    if optimizer == "sgd":
        np.testing.assert_allclose(second.weights, first.weights, rtol=0.01, atol=2e-3)


def test_initial_weights_are_those_that_the_run_set_out_with(programs: Programs) -> None:
    trainer = Trainer(Spec(), programs)

    def initial() -> LinkPayload:
        return there_and_back(make_payload(trainer.snapshot(), trainer.initial, True, "initial"))

    trainer.turn(batches=5)
    assert initial() == LinkPayload(), "the seed draws them: nothing need be carried"
    trainer.reset()
    trainer.set_weight(0, 0, 0, 0.5)
    set_out = trainer.weights
    trainer.turn(batches=5)
    trainer.edit({"layers": [{"units": 4, "activation": "relu"}, {"units": 2}]})
    payload = initial()
    assert payload.counters.step == 0
    assert payload.params is not None
    np.testing.assert_array_equal(payload.params[: len(set_out)], set_out.astype(np.float16))
    trainer.edit({"layers": [{"units": 5}]})
    assert initial() == LinkPayload(), "of another shape: what a reset gives"


def test_initial_weights_are_those_of_the_network_that_there_is_now(programs: Programs) -> None:
    def params(snapshot: Snapshot) -> Floats:
        return np.array(snapshot.state.params)

    trainer = Trainer(Spec(), programs)
    drawn = params(trainer.snapshot())
    trainer.set_weight(0, 0, 0, 0.5)
    by_hand = params(trainer.snapshot())
    np.testing.assert_array_equal(params(trainer.initial), by_hand, "before it trains, too")
    trainer.turn(batches=5)
    trained = trainer.snapshot()
    np.testing.assert_array_equal(params(trainer.initial), by_hand)
    trainer.edit({"seed": 9})
    other = params(trainer.snapshot())
    trainer.turn(batches=5)
    np.testing.assert_array_equal(params(trainer.initial), other)
    trainer.restore(trained)
    np.testing.assert_array_equal(params(trainer.initial), drawn, "what a reset of its seed gives")


SPEC = Spec()


@cache
def encode_good() -> bytes:
    """A payload of two points and the weights of the default network."""
    points = ((1.0, 2.0, 0.0), (0.123456789012, -6.0, 1.0))
    return encode_payload(LinkPayload(points, Trainer(SPEC).snapshot().state.params))


def open_anything(content: bytes) -> None:
    """Either a trainer of the default spec takes it, or there is a clear error and no other."""
    with contextlib.suppress(PayloadError):
        assert np.isfinite(Trainer(SPEC, payload=decode_payload(content)).weights).all()


@bounded(200)
@given(st.data())
def test_damage_is_refused(data: st.DataObject) -> None:
    good = encode_good()
    content = bytearray(good)
    match data.draw(st.sampled_from(["flip", "cut", "add", "inside"])):
        case "flip":
            for _ in range(data.draw(st.integers(1, 4))):
                content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(
                    st.integers(1, 255)
                )
        case "cut":
            del content[data.draw(st.integers(0, len(content) - 1)) :]
        case "add":
            content += data.draw(st.binary(min_size=1, max_size=20))
        case "inside":
            plain = bytearray(zlib.decompress(good[1:]))
            for _ in range(data.draw(st.integers(1, 6))):
                plain[data.draw(st.integers(0, len(plain) - 1))] = data.draw(st.integers(0, 255))
            cut = data.draw(st.integers(0, len(plain)))
            content = bytearray(good[:1] + zlib.compress(bytes(plain[:cut])))
            open_anything(bytes(content))
            return
    if content != good:
        with pytest.raises(PayloadError):
            decode_payload(bytes(content))


@bounded(100)
@given(st.binary(max_size=60).map(lambda rest: b"\1" + zlib.compress(rest)) | st.binary())
def test_garbage_is_refused_or_harmless(content: bytes) -> None:
    open_anything(content)


def test_a_byte_that_is_left_over_is_refused() -> None:
    plain = zlib.decompress(encode_good()[1:])
    with pytest.raises(PayloadError, match="damaged"):
        decode_payload(encode_good()[:1] + zlib.compress(plain + b"\0"))


@pytest.mark.parametrize(
    "word", ["", ".1", "A.1", "A", "AA==.1", "AA.1.1", "AA.999", "ÄÄ.1", "A+/A.1"]
)
def test_no_word_is_refused(word: str) -> None:
    with pytest.raises(PayloadError):
        decode_payload(read_word(word))


def test_a_later_version_is_told_apart() -> None:
    with pytest.raises(PayloadVersionError):
        decode_payload(read_word("AAAA.2"))


def test_a_bomb_does_not_go_off() -> None:
    bomb = b"\1" + zlib.compress(b"\2" + bytes(200 << 20), 9)
    assert len(bomb) < 1 << 20
    with pytest.raises(PayloadError, match="too large"):
        decode_payload(bomb)


def test_no_more_is_unpacked_than_the_network_has() -> None:
    """A payload of 17 KB that unpacks to 17 MB costs next to nothing where it is of no use."""
    points = ((1.0, 2.0, 0.0), (0.5, -6.0, 1.0))
    content = encode_payload(LinkPayload(points, np.zeros(8_000_000, np.float32)))
    assert len(content) < 20_000
    tracemalloc.start()
    try:
        with pytest.raises(PayloadError, match=f"{Layout.of(SPEC).size} numbers") as error:
            decode_payload(content, SPEC)
        assert decode_points(content) == points
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert error.value.path == "weights"
    with pytest.raises(PayloadError, match="damaged"):
        decode_points(content[:10])


def test_the_largest_points_and_weights_fit_exactly() -> None:
    drawn = np.random.default_rng(1)
    points = tuple(map(tuple, drawn.uniform(-6, 6, (MAX_POINTS, 3)).tolist()))
    params = np.full(Layout.of(SPEC).size, 1e38, np.float32)
    back = decode_payload(encode_payload(LinkPayload(points, params)), SPEC)
    assert back.points == points
    np.testing.assert_array_equal(back.params, params)


@pytest.mark.slow
def test_the_largest_network_fits_and_no_more() -> None:
    spec = parse_spec(
        {"data": {"name": "mnist"}, "layers": [{"units": 1024, "batch_norm": True}] * 4}
    )
    noise = np.random.default_rng(0)
    params = noise.normal(size=Layout.of(spec).size).astype(np.float32)
    assert len(encode_payload(LinkPayload(None, params))) < MAX_PAYLOAD
    with pytest.raises(PayloadError, match="at most"):
        encode_payload(LinkPayload(None, 1e5 * params))
