"""Addresses: a spec as the words of a link, the same that the page itself writes.

`static/js/spec/url-state.js` is the other one who knows these words; a test holds both together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

VERSION = "1"
_NONE = "none"

#: Word of the address -> path in the spec, in the order in which they are said.
PATHS = {
    "data": "data.name",
    "samples": "data.samples",
    "noise": "data.noise",
    "label_noise": "data.label_noise",
    "balance": "data.class_balance",
    "classes": "data.classes",
    "test": "data.test_fraction",
    "validation": "data.validation_fraction",
    "data_seed": "data.seed",
    "task": "data.task",
    "features": "features",
    "columns": "data.columns",
    "axes": "data.axes",
    "layers": "layers",
    "output_trainable": "output.trainable",
    "initializer": "initializer.name",
    "scale": "initializer.scale",
    "loss": "loss",
    "optimizer": "optimizer.name",
    "rate": "optimizer.learning_rate",
    "momentum": "optimizer.momentum",
    "rho": "optimizer.rho",
    "beta_1": "optimizer.beta_1",
    "beta_2": "optimizer.beta_2",
    "epsilon": "optimizer.epsilon",
    "weight_decay": "optimizer.weight_decay",
    "clip": "optimizer.clip_norm",
    "schedule": "schedule.name",
    "warmup": "schedule.warmup_steps",
    "decay_steps": "schedule.decay_steps",
    "decay_rate": "schedule.decay_rate",
    "l1": "regularization.l1",
    "l2": "regularization.l2",
    "early_stopping": "early_stopping.enabled",
    "patience": "early_stopping.patience",
    "min_delta": "early_stopping.min_delta",
    "restore_best": "early_stopping.restore_best_weights",
    "batch": "batch_size",
    "seed": "seed",
}
#: Words in which the value is a list of names.
_LISTS = ("features", "columns", "axes")
_UNITS = 4
_MISSING = object()


def write_state(spec: Json, defaults: Json | None = None, carried: str = "") -> str:
    """Writes a spec as a query, without its question mark.

    Args:
        spec: whole, or only what is to be said.
        defaults: the spec of the default playground, of which nothing is said.
        carried: points and weights, as `engine.write_word` writes them, or their id.

    Returns:
        Empty where nothing differs from the defaults.
    """
    said = []
    for word, path in PATHS.items():
        value = _find(spec, path)
        if value is _MISSING:
            continue
        text = _write(word, value)
        usual = _MISSING if defaults is None else _find(defaults, path)
        if usual is _MISSING or text != _write(word, usual):
            said.append(f"{word}={text}")
    if carried:
        said.append(f"state={carried}")
    return "&".join([f"v={VERSION}", *said]) if said else ""


#: Axes of a map that no setting of the spec has, by their path.
_AXES = {
    "layers.units": "units",
    "layers.count": "depth",
    "layers.activation": "activation",
    "layers.dropout": "dropout",
}


def write_map(axes: Sequence[Json], seeds: int = 1, colour: str = "boundary") -> str:
    """Writes the axes of a map as the word `map` of a link.

    Args:
        axes: each with its `path`, `values` and `scale`.
        seeds: networks of a cell.
        colour: what cells are coloured by.

    Raises:
        ValueError: a link cannot say these values: numbers are equally far apart, or have equal
            ratios.
    """
    parts = [_write_axis(axis) for axis in axes]
    parts += [f"seeds:{seeds}"] if seeds > 1 else []
    parts += [f"colour:{colour}"] if colour != "boundary" else []
    return ",".join(parts)


def _write_axis(axis: Json) -> str:
    path, values = axis["path"], axis["values"]
    words: dict[str, str] = {**_AXES, **{place: word for word, place in PATHS.items()}}
    word = words.get(str(path), str(path))
    if any(isinstance(value, str) for value in values):
        return f"{word}:{'.'.join(map(str, values))}"
    low, high, count, log = values[0], values[-1], len(values), axis["scale"] == "log"
    for place, value in enumerate(values):
        share = place / (count - 1)
        meant = low * (high / low) ** share if log else low + (high - low) * share
        whole = all(isinstance(one, int) for one in values)
        if abs(meant - value) > (0.5 if whole else 1e-4 * max(abs(low), abs(high))):
            raise ValueError(f"a link cannot say the values of {path}: {values}")
    ends = [write_number(low), write_number(high), str(count)]
    return ":".join([word, *ends, *(["log"] if log else [])])


def _find(spec: Json, path: str) -> Any:
    value: Any = spec
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return _MISSING
        value = value[key]
    return value


def _write(word: str, value: Any) -> str:
    if word == "layers":
        return _write_layers(value)
    if value is None:
        return _NONE
    if word in _LISTS:
        return ",".join(value)
    return value if isinstance(value, str) else write_number(value)


def write_number(value: float) -> str:
    """Writes a number as JavaScript does: the shortest text that is the same number."""
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    mantissa, _, exponent = repr(float(value)).partition("e")
    if not exponent:
        return mantissa
    power = int(exponent)
    if power < -6:
        return f"{mantissa}e{power}"
    # JavaScript takes to powers of ten later than Python.
    sign, digits = ("-" if value < 0 else ""), mantissa.lstrip("-").replace(".", "")
    return f"{sign}0.{'0' * (-power - 1)}{digits}"


def _write_layers(layers: Any) -> str:
    if not layers:
        return _NONE
    runs: list[tuple[str, int]] = []
    for text in map(_write_layer, layers):
        if runs and runs[-1][0] == text:
            runs[-1] = text, runs[-1][1] + 1
        else:
            runs.append((text, 1))
    return ",".join(text if times == 1 else f"{text}*{times}" for text, times in runs)


def _write_layer(layer: Json) -> str:
    activation = layer.get("activation", "tanh")
    slope, dropout = layer.get("negative_slope", 0.1), layer.get("dropout", 0)
    parts = [write_number(layer.get("units", _UNITS))]
    parts += [activation] if activation != "tanh" else []
    parts += [f"s{write_number(slope)}"] if slope != 0.1 else []
    parts += [f"d{write_number(dropout)}"] if dropout != 0 else []
    parts += ["bn"] if layer.get("batch_norm") else []
    parts += [] if layer.get("trainable", True) else ["frozen"]
    return ":".join(parts)
