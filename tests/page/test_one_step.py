"""Formulas of one update: what they write is computed from its text and compared with its value."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from engine import Spec, parse_spec
from engine.base.counters import Counters
from engine.data.datasets import make_dataset
from engine.frames.frames import StepRequest
from engine.insight.one_step import Position, describe_step
from engine.network import Layout
from engine.programs.training import State
from engine.spec import names
from tests.engine import states
from tests.page.node import Modules

LAYERS = [{"units": 3, "activation": "tanh"}, {"units": 2, "activation": "sigmoid"}]
#: Opens every formula of an update, as deep as it goes, and lists symbol, numbers and value.
OPEN = """
const { readStep, listStages, sumsOf } = await import("step/description");
const { nodeOfLoss, nodeOfUnit } = await import("step/forward-formulas");
const { nodeOfGradient, nodeOfUpdate } = await import("step/backward-formulas");
const { outputActivation } = await import("spec/layers");
const [frame, task, loss, deep] = arguments;
for (const array of Object.values(frame.arrays)) array.data = new Float32Array(array.data);
(await import("spec/weights")).learnPieces({ pieces: { maxout: 2 } });
const step = readStep(frame, { loss, outputActivation: outputActivation(task, loss) });
const found = [];
const open = (node, left) => {
  found.push([node.symbol, node.formula, node.numbers, node.value]);
  if (left > 0) node.parts.forEach((part) => open(part(), left - 1));
};
for (const row of [0, step.rows - 1]) {
  open(nodeOfLoss(step, row), deep);
  step.widths.forEach((count, column) => {
    for (let unit = 0; unit < count; unit += 1) {
      open(nodeOfUnit(step, row, column, unit), 2);
      for (const sum of sumsOf(step, column, unit)) open(nodeOfGradient(step, row, column, sum), 2);
    }
  });
}
const { widths, sums } = step;
for (let layer = 0; layer < step.last; layer += 1) {
  for (const from of [0, widths[layer] - 1, "bias"]) {
    for (let to = 0; to < sums[layer + 1]; to += 1) {
      open(nodeOfUpdate(step, { layer, from, to }), 3);
    }
  }
}
return { found, stages: listStages(step).map(({ kind }) => kind) };
"""


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


#: What formulas may call, by the names that they are written with.
FUNCTIONS = {
    "σ": sigmoid, "tanh": math.tanh, "exp": math.exp, "log": math.log, "max": max, "sin": math.sin,
    "cos": math.cos, "sign": lambda x: float(np.sign(x)), "sqrt": math.sqrt, "abs": abs,
    "softplus": lambda z: math.log1p(math.exp(z)),
    "Φ": lambda z: 0.5 * (1 + math.erf(z / math.sqrt(2))),
    "φ": lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
}  # fmt: skip


def compute(text: str) -> float:
    """The value of a formula with its numbers put in."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    text = re.sub(r"·10([⁻⁰¹²³⁴-⁹]+)", lambda m: "e" + m[1].translate(raised), text)
    text = text.replace("√", "sqrt")
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text).replace("²", "**2").replace("½", "0.5")
    text = re.sub(r"log ([\d.e−]+)", r"log(\1)", text)
    text = text.replace("·", "*").replace("−", "-").replace("[", "(").replace("]", ")")
    text = re.sub(r"(?<=[\d)]) (?=[(\w])", "*", text)
    return float(eval(text, dict(FUNCTIONS)))


def describe(spec: Spec, steps: int = 2) -> dict[str, Any]:
    """A frame of a network with drawn parameters and moments; nothing is compiled for it."""
    rng = np.random.default_rng(steps)
    params = states.draw_params(spec, 5)
    m, v = rng.normal(0, 0.02, len(params)), rng.uniform(0, 0.01, len(params))
    if spec.optimizer.name == "adadelta":
        m = np.abs(m)
    counters = Counters(steps, steps, 0, steps)
    state = State(params, m.astype(np.float32), v.astype(np.float32))
    position = Position(spec, make_dataset(spec.data), state, counters)
    told = {
        name: {"data": array.ravel().tolist(), "shape": list(array.shape)}
        for name, array in describe_step(position, StepRequest()).items()
    }
    return {"spec": spec.model_dump(mode="json"), "meta": {"step": steps}, "arrays": told}


def check(modules: Modules, changes: dict[str, Any], deep: int = 4) -> list[Any]:
    spec = parse_spec({"layers": LAYERS, **changes})
    opened = modules.load(OPEN, describe(spec), spec.task, spec.resolved_loss, deep)
    said = [entry for entry in opened["found"] if entry[2] and "…" not in entry[2]]
    assert len(said) > 30
    for symbol, formula, numbers, value in said:
        found = compute(numbers)
        room = 2e-3 * max(abs(value), *map(abs, summands(numbers)))
        assert found == pytest.approx(value, abs=room + 1e-7), (symbol, formula, numbers)
    return opened["found"]


def summands(text: str) -> list[float]:
    """Sizes of the numbers in a text, which what is rounded away grows with."""
    found = re.findall(r"\d+\.?\d*", text.split("·10", maxsplit=1)[0])
    return [float(number) for number in found] or [0.0]


@pytest.mark.parametrize("optimizer", names.OPTIMIZERS)
def test_formulas_of_every_optimizer_give_their_values(modules: Modules, optimizer: str) -> None:
    found = check(
        modules,
        {
            "optimizer": {"name": optimizer, "learning_rate": 0.1, "clip_norm": 0.05},
            "regularization": {"l1": 0.01, "l2": 0.1},
            "schedule": {"name": "exponential", "decay_steps": 5},
        },
    )
    updates = [entry for entry in found if entry[0].endswith("←")]
    assert len(updates) == 3 * 3 + 3 * 2 + 3


@pytest.mark.parametrize(
    ("task", "loss"), [(task, loss) for task, all_ in names.TASK_LOSSES.items() for loss in all_]
)
def test_formulas_of_every_loss_and_activation_give_their_values(
    modules: Modules, task: str, loss: str
) -> None:
    place = 5 * [*names.TASK_LOSSES[task]].index(loss) + 3 * len(task)
    chosen = [names.ACTIVATIONS[(place + i) % len(names.ACTIVATIONS)] for i in range(3)]
    layers = [{"units": 2, "activation": name, "negative_slope": 0.3} for name in chosen]
    data = {"binary": "circle", "multiclass": "blobs", "regression": "bumps"}[task]
    check(modules, {"data": {"name": data}, "layers": layers, "loss": loss})


@pytest.mark.parametrize("normalized", [False, True])
def test_formulas_of_a_frozen_layer_give_their_values(modules: Modules, normalized: bool) -> None:
    layers = [
        {"units": 3, "activation": "tanh"},
        {"units": 2, "activation": "tanh", "batch_norm": normalized, "trainable": False},
    ]
    found = check(modules, {"layers": layers, "optimizer": {"name": "adamw"}})
    still = [entry for entry in found if entry[0].endswith("←") and entry[0][:-2] == entry[1]]
    assert len(still) == 3 * 2


def test_formulas_of_dropout_and_batch_normalization_give_their_values(modules: Modules) -> None:
    layers = [
        {"units": 3, "activation": "tanh", "dropout": 0.4, "batch_norm": True},
        {"units": 2, "activation": "prelu", "dropout": 0.2},
    ]
    found = check(modules, {"layers": layers})
    assert any(formula.endswith("/ (1 − p)") for _, formula, _, _ in found)
    assert any("γ" in formula for _, formula, _, _ in found)


def test_formulas_of_maxout_name_its_pieces(modules: Modules) -> None:
    layers = [
        {"units": 3, "activation": "maxout", "dropout": 0.2},
        {"units": 2, "activation": "maxout", "batch_norm": True},
    ]
    found = check(modules, {"layers": layers, "batch_size": 5})
    symbols = {symbol for symbol, *_ in found}
    assert {"z⁽¹⁾₃,₂", "∂L/∂z⁽²⁾₁,₂", "w⁽²⁾₃,₂,₁ ←", "b⁽¹⁾₁,₂ ←"} <= symbols
    assert any(formula == "max(z⁽¹⁾₁,₁, z⁽¹⁾₁,₂)" for _, formula, _, _ in found)
    # Of each pair of pieces one has the whole gradient.
    assert {value for symbol, _, _, value in found if symbol == "∂a/∂z"} == {0, 1}


def test_the_chain_rule_goes_through_batch_normalization(modules: Modules) -> None:
    """Its numbers against differences of the batch's losses, where one weighted sum is moved."""
    layers = [{"units": 3, "activation": "tanh", "batch_norm": True}]
    spec = parse_spec({"layers": layers, "features": ["x1", "x2", "radius"], "batch_size": 5})
    found = check(modules, {"layers": layers, "batch_size": 5}, deep=7)
    opened = {symbol for symbol, _, numbers, _ in found if numbers}
    assert {"∂L/∂β", "∂L/∂γ", "μ", "σ²", "ŝ⁽¹⁾₂"} <= opened
    frame = describe(spec)
    arrays = {
        name: np.array(one["data"]).reshape(one["shape"]) for name, one in frame["arrays"].items()
    }
    layout, params = Layout.of(spec), states.draw_params(spec, 5).astype(np.float64)
    parts = layout.split(params)
    targets = arrays["step_examples"][:, 5]

    def add_losses(sums: Any) -> float:
        """Sum of the cross-entropies of all rows."""
        normal = (sums - sums.mean(axis=0)) / np.sqrt(sums.var(axis=0) + 1e-3)
        h = np.tanh(parts.scales[0] * normal + parts.shifts[0])
        z = (h @ parts.kernels[1] + parts.biases[1])[:, 0]
        return float(np.sum(np.logaddexp(0, z) - targets * z))

    values, hidden = arrays["step_values"], slice(3, 6)
    sums = values[0][:, hidden].copy()
    wanted = np.zeros_like(sums)
    for at in np.ndindex(sums.shape):
        ends = []
        for by in (1e-5, -1e-5):
            moved = sums.copy()
            moved[at] += by
            ends.append(add_losses(moved))
        wanted[at] = (ends[0] - ends[1]) / 2e-5
    np.testing.assert_allclose(values[7][:, hidden], wanted, rtol=1e-4, atol=1e-6)
    load = """
      const { readStep } = await import("step/description");
      const { nodeOfWeightGradient } = await import("step/backward-formulas");
      const [frame] = arguments;
      for (const array of Object.values(frame.arrays)) array.data = new Float32Array(array.data);
      const step = readStep(frame, { loss: "binary_crossentropy", outputActivation: "sigmoid" });
      const told = ({ formula, numbers }) => [formula, numbers];
      return [0, 1, 2].map((to) => nodeOfWeightGradient(step, { layer: 0, from: 0, to })
        .parts.map((part) => told(part().parts[0]())));
    """
    for unit, rows in enumerate(modules.load(load, frame)):
        for row, (formula, numbers) in enumerate(rows):
            assert formula == "γ (∂L/∂z − ∂L/∂β − ŝ · ∂L/∂γ) / √(σ² + 0.001)"
            assert compute(numbers) == pytest.approx(wanted[row, unit], abs=2e-3)


def test_a_step_goes_from_the_inputs_to_the_new_weights_and_back(modules: Modules) -> None:
    spec = parse_spec({"layers": LAYERS})
    opened = modules.load(OPEN, describe(spec), spec.task, spec.resolved_loss, 1)
    assert opened["stages"] == [
        "inputs", "forward", "forward", "output", "loss", "backOutput", "back", "back", "update",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.5, "0.5"), (-0.123456, "−0.1235"), (12.3456, "12.35"), (1234567, "1.235·10⁶"),
        (-0.000123, "−1.23·10⁻⁴"), (99999, "99999"), (0.001, "0.001"),
    ],
)  # fmt: skip
def test_figures_have_four_digits(modules: Modules, value: float, text: str) -> None:
    load = """const { formatFigure } = await import("step/notation");
      return formatFigure(arguments[0]);"""
    assert modules.load(load, value) == text
