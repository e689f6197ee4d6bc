"""General programs for images against exact ones, on the real 8x8 digits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine import FrameRequest, Programs, Trainer, parse_spec
from engine.network import Layout
from engine.programs.models import GeneralImageModel
from engine.spec import names
from tests.engine import states
from tests.engine.compilations import Compilations
from tests.engine.test_image_network_training import digits
from tests.programs import FOLDER
from tests.sizes import at_night

#: Their programs take as long to compile as all others of the engine's tests together.
pytestmark = pytest.mark.slow

STEPS = 25
VIEWS = FrameRequest(
    ("history", "digit", "saliency", "confusion", "predictions", "input_weights"), select=(0, 1)
)
ADAM = {"name": "adam", "learning_rate": 0.001}


@pytest.fixture(scope="module")
def general() -> Iterator[Programs]:
    """Programs of which the general ones are compiled."""
    programs = Programs(str(FOLDER))
    programs.images.prepares_larger = True
    trainer = Trainer(parse_spec(digits()), programs)
    assert trainer.prefer_exact()
    # Exact ones and those of two capacities, that train and that show.
    while programs.builds < 6:
        trainer.turn(batches=1)
    yield programs
    programs.close()


def layer(units: int, activation: str = "tanh", **more: Any) -> dict[str, Any]:
    return {"units": units, "activation": activation, **more}


def hidden(activations: tuple[str, ...]) -> dict[str, Any]:
    """A layer of each activation, no two as wide."""
    return {
        "layers": [
            layer(9 + place, name, negative_slope=0.3) for place, name in enumerate(activations)
        ]
    }


#: What every program has a branch or a loop for; the rest every night.
CASES: dict[str, dict[str, Any]] = {
    "no hidden layer, clipped": {"layers": [], "optimizer": {**ADAM, "clip_norm": 0.05}},
    "all the room": {"layers": [layer(128, "relu")] * 4, "optimizer": ADAM},
    "dropout, two chunks, a smaller last batch": {
        "layers": [layer(20, dropout=0.4), layer(12), layer(8, "gelu", dropout=0.1)],
        "optimizer": ADAM, "batch_size": 200,
    },
    "penalty, schedule, one batch an epoch": {
        "batch_size": 2048,
        "regularization": {"l1": 0.001, "l2": 0.002},
        "schedule": {"name": "cosine", "warmup_steps": 4, "decay_steps": 20},
    },
    "frozen layers": {
        "layers": [layer(9), layer(8, "prelu", trainable=False), layer(7, trainable=False)],
        "optimizer": {"name": "adamw", "learning_rate": 0.001, "clip_norm": 0.05},
        "regularization": {"l2": 0.01},
    },
    "a frozen output layer": {
        "output": {"trainable": False}, "optimizer": {"name": "adamw", "learning_rate": 0.001},
    },
    "learned slopes": {**hidden(("prelu", "step", "leaky_relu")), "optimizer": {"name": "nadam"}},
}  # fmt: skip
#: General programs for images have no room for the pieces of maxout.
SINGLE = tuple(name for name in names.ACTIVATIONS if name != "maxout")
AT_NIGHT: dict[str, dict[str, Any]] = {
    **{
        f"activations from {start}": hidden(SINGLE[start : start + 4])
        for start in range(0, len(SINGLE), 4)
    },
    **{name: {"optimizer": {"name": name, "learning_rate": 0.001}} for name in names.OPTIMIZERS},
}


def pair(general: Programs, exact: Programs, **changes: Any) -> tuple[Trainer, Trainer]:
    """The same network on general and on exact programs."""
    spec = parse_spec(digits(**changes))
    return Trainer(spec, general), Trainer(spec, exact)


@pytest.mark.parametrize("case", [*CASES, *map(at_night, AT_NIGHT)])
def test_general_and_exact_programs_train_alike(
    general: Programs, programs: Programs, case: str
) -> None:
    changes = {**CASES, **AT_NIGHT}[case]
    one, other = pair(general, programs, **changes)
    before = general.builds
    for _ in range(STEPS):
        one.turn(batches=1)
    assert general.builds == before, "no exact program was compiled"
    other.train(steps=STEPS)
    for mine, theirs in zip(states.read_state(one), states.read_state(other), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5)


def test_general_and_exact_programs_show_alike(general: Programs, programs: Programs) -> None:
    layers = [layer(14, "prelu"), layer(7, "selu"), layer(11, "sigmoid")]
    one, other = pair(general, programs, layers=layers, regularization={"l2": 0.01})
    before = general.builds
    mine, theirs = (trainer.turn(request=VIEWS) for trainer in (one, other))
    assert general.builds == before
    assert mine.arrays.keys() == theirs.arrays.keys()
    for name, array in theirs.arrays.items():
        np.testing.assert_allclose(mine.arrays[name], array, rtol=1e-5, atol=1e-5)
    for name, value in theirs.metadata.items():
        if name.startswith(("train_", "test_", "penalty")):
            assert float(mine.metadata[name]) == pytest.approx(float(value), abs=1e-5)


def test_edits_of_any_shape_compile_nothing(general: Programs, compilations: Compilations) -> None:
    """Neither programs nor single operations: whoever trains would wait for them."""
    trainer = Trainer(parse_spec(digits(optimizer=ADAM)), general)
    trainer.turn(batches=30, request=VIEWS)
    before = compilations.count
    patches: list[dict[str, Any]] = [
        {"layers": [layer(12), layer(33)]},
        {"layers": [layer(12), layer(5, "relu"), layer(33)]},
        {"layers": [layer(64, "gelu"), layer(33, dropout=0.2)], "batch_size": 300},
        {"optimizer": {"name": "rmsprop"}, "schedule": {"name": "exponential"}},
        {"layers": []},
    ]
    for patch in patches:
        assert not trainer.must_wait([patch])
        step = trainer.step
        trainer.edit(patch)
        assert trainer.is_ready(FrameRequest(("digit",)))
        for _ in range(3):
            trainer.turn(batches=2, request=VIEWS)
        assert trainer.step == step + 6
    assert compilations.count == before


def test_the_first_frame_of_an_edit_has_the_losses_of_before(general: Programs) -> None:
    trainer = Trainer(parse_spec(digits(optimizer=ADAM)), general)
    before = trainer.turn(batches=30, request=VIEWS)
    trainer.edit({"layers": [layer(12), layer(21)]})
    first, second = (trainer.turn(batches=1, request=VIEWS) for _ in range(2))
    assert first.arrays["activations"].shape == (12 + 21,)
    assert first.metadata["measured_step"] == before.metadata["measured_step"] == "30"
    assert first.metadata["train_loss"] == before.metadata["train_loss"]
    assert second.metadata["measured_step"] == "32"
    trainer.edit({"layers": [layer(12), layer(22)]})
    at_rest = trainer.turn(request=VIEWS)
    assert len(at_rest.arrays["history"]) == 1, "at rest the losses are those of the network"
    trainer.turn(batches=1)
    trainer.edit({"layers": [layer(12), layer(23)]})
    assert trainer.turn(batches=1).metadata["measured_step"] == at_rest.metadata["measured_step"]
    assert trainer.metrics["step"] == trainer.step, "who asks for them gets those of this step"


def test_another_loss_or_seed_has_no_losses_of_before(general: Programs) -> None:
    trainer = Trainer(parse_spec(digits(optimizer=ADAM)), general)
    trainer.turn(batches=30, request=VIEWS)
    trainer.edit({"seed": 7})
    after = trainer.turn(batches=1, request=VIEWS)
    assert after.metadata["measured_step"] == after.metadata["step"]


def test_what_a_general_program_showed_is_shown_so_again(general: Programs) -> None:
    trainer = Trainer(parse_spec(digits(layers=[layer(19), layer(6)])), general)
    frame = trainer.turn(batches=3, request=VIEWS)
    shown = trainer.shown_snapshot()
    before = general.builds
    trainer.train(steps=5)
    assert trainer.prefer_exact()
    while general.builds < before + 2:
        trainer.turn()
    assert not np.array_equal(
        trainer.turn(request=VIEWS).arrays["saliency"], frame.arrays["saliency"]
    )
    again = trainer.show(shown, VIEWS)
    for name in ("activations", "probabilities", "saliency"):
        np.testing.assert_array_equal(again.arrays[name], frame.arrays[name])


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        ({"layers": []}, 128),
        ({"layers": [layer(128)] * 4}, 128),
        ({"layers": [layer(64), layer(129)]}, 256),
        ({"layers": [layer(512)]}, 512),
        ({"layers": [layer(513)]}, None),
        ({"layers": [layer(40, batch_norm=True)]}, None),
        ({"layers": [layer(512)] * 4, "batch_size": 2048}, None),
    ],
)
def test_a_network_is_served_by_the_smallest_capacity(
    changes: dict[str, Any], units: int | None
) -> None:
    model = GeneralImageModel.of(parse_spec(digits(**changes)), 1442)
    assert (model and model.units) == units


def test_an_edit_to_the_next_larger_capacity_does_not_wait(general: Programs) -> None:
    trainer = Trainer(parse_spec(digits()), general)
    assert not trainer.must_wait([{"layers": [layer(256)] * 4}])
    trainer.edit({"layers": [layer(200), layer(12)]})
    assert trainer.turn(batches=1).metadata["step"] == "1"


def test_padding_keeps_every_number() -> None:
    spec = parse_spec(digits(layers=[layer(5), layer(9), layer(3)]))
    model = GeneralImageModel.of(spec, 1442)
    assert model is not None
    layout = Layout.of(spec)
    flat = np.random.default_rng(0).standard_normal(layout.size).astype(np.float32)
    parts = layout.split(flat)
    padded = model.pad(parts)
    assert sum(np.count_nonzero(one) for part in padded for one in part) == layout.size
    back = model.crop(padded, parts)
    for mine, theirs in zip(back, parts, strict=True):
        for one, other in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(one, other)
