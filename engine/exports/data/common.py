"""Common parts of all sources: data, features, targets, batches, score."""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.base.errors import ExportError
from engine.data.datasets import Dataset
from engine.data.image_data import ImageData
from engine.exports.data.images import are_published, save_images, write_images, write_scaling
from engine.exports.data.rows import name_rows
from engine.exports.data.tables import save_table, write_standardization, write_table_data
from engine.exports.data.validation import write_validation
from engine.exports.files import File
from engine.exports.text import write_block, write_list
from engine.exports.weights import encode_numbers
from engine.functions.features import FEATURES
from engine.functions.heads import HEADS, Head, head_index
from engine.spec import Spec

POINTS_FILE = "points.csv"


def find_head(spec: Spec) -> Head:
    """Returns the output activation and loss of a spec."""
    return HEADS[head_index(spec.task, spec.resolved_loss)]


def save_data(spec: Spec, data: Dataset | ImageData) -> list[File]:
    """Returns what a source needs beside it: nothing for images that it can download."""
    if isinstance(data, ImageData):
        return [] if are_published(data.images) else [save_images(data.images)]
    return [save_table(spec, data) if spec.data.is_table else _save_points(data)]


def write_data(spec: Spec, data: Dataset | ImageData, *, inline: bool) -> list[str]:
    """Writes `load_points`, `load_images` or `load_samples`.

    Raises:
        ExportError: the data do not fit into a source.
    """
    if not isinstance(data, ImageData):
        write = partial(write_table_data, spec) if spec.data.is_table else _write_points
        return write(data, inline=inline)
    if inline:
        raise ExportError("images do not fit into a source; have them beside it", "data")
    return write_images(data.images)


def _save_points(data: Dataset) -> File:
    """Returns the points as CSV, those to train on first."""
    lines = ["x1,x2,label,part"]
    for (x1, x2), label, part in zip(data.x, data.labels, data.parts(), strict=True):
        lines.append(f"{x1!s},{x2!s},{label!s},{part}")
    return File(POINTS_FILE, ("\n".join(lines) + "\n").encode(), "text/csv")


def _write_points(data: Dataset, *, inline: bool) -> list[str]:
    """Writes `load_points`, and `load_validation` where some are set aside."""
    head = '''\
def load_points():
    """Returns points and labels to train on, then those to test on."""
'''
    tail = """\
    return train[:, :2], train[:, 2], test[:, :2], test[:, 2]"""
    if not inline:
        read = f"""\
    file = FOLDER / "{POINTS_FILE}"
    table = np.loadtxt(file, np.float32, delimiter=",", skiprows=1)
    train, test = table[table[:, 3] == 0], table[table[:, 3] == 1]
"""
        made, _ = read.split("    train", maxsplit=1)
        rows = "table[table[:, 3] == 2]"
        return [head + read + tail, *_write_validation(data, made, rows)]
    table = np.concatenate([data.x, data.labels[:, None]], axis=1)
    block = write_block("POINTS", encode_numbers(table, "data"))
    read = """\
    table = np.frombuffer(base64.b64decode(POINTS), "<f4").reshape(-1, 3)
    train, test = table[:N_TRAIN], table[-N_TEST:]
"""
    return [
        "# x1, x2 and label of every point as float32 in base64, those to train on first.\n"
        f"{block}\nN_TRAIN = {data.n_train}\nN_TEST = {data.n_test}",
        head + read + tail,
        *_write_validation(data, read.split("    train", maxsplit=1)[0], "table[N_TRAIN:-N_TEST]"),
    ]


def _write_validation(data: Dataset, read: str, rows: str) -> list[str]:
    split = f"    rows = {rows}\n    return rows[:, :2], rows[:, 2]"
    return write_validation(data, "points", read + split)


def write_inputs(spec: Spec, data: Dataset | ImageData) -> list[str]:
    """Writes what makes of data what the network sees, and `make_targets`."""
    if isinstance(data, Dataset) and spec.data.is_table:
        return [*write_standardization(spec, data), _write_targets(spec)]
    if spec.data.is_images:
        return [write_scaling(spec.widths[0]), _write_targets(spec)]
    return [_write_features(spec.features), _write_targets(spec)]


def _write_features(features: tuple[str, ...]) -> str:
    head = '''\
def compute_features(points):
    """Returns what the network sees of points [n, 2]."""
'''
    if features == ("x1", "x2"):
        return head + "    return np.asarray(points, np.float32)"
    formulas = [FEATURES[name].code for name in features]
    lines = ["points = np.asarray(points, np.float32)"]
    for column, name in enumerate(("x1", "x2")):
        if any(name in formula for formula in formulas):
            lines.append(f"{name} = points[:, {column}]")
    columns = write_list(formulas, 1, room=len("return np.stack(, axis=1)"))
    if "\n" in columns:
        columns = write_list(formulas, 1, room=len("columns = "))
        lines += [f"columns = {columns}", "return np.stack(columns, axis=1)"]
    else:
        lines.append(f"return np.stack({columns}, axis=1)")
    return head + "\n".join(f"    {line}" for line in lines)


def _write_targets(spec: Spec) -> str:
    head = find_head(spec)
    if head.task == "multiclass":
        says = f"one of {spec.n_outputs} columns is 1"
        value = f"np.eye({spec.n_outputs}, dtype=np.float32)[labels.astype(int)]"
    elif head.task == "binary" and head.negative < 0:
        says, value = "-1 or 1", "2 * labels[:, np.newaxis] - 1"
    elif head.task == "binary":
        says, value = "0 or 1", "labels[:, np.newaxis]"
    else:
        says, value = "the labels themselves", "labels[:, np.newaxis]"
    return f'''\
def make_targets(labels):
    """Returns what the outputs are compared with: {says}."""
    return {value}'''


def write_batches() -> str:
    """Writes `make_batches`, with the very shuffles of the engine."""
    return '''\
def make_batches(n, epoch):
    """Yields the rows of each batch; the shuffles are those of LiveNet."""
    rng = np.random.Generator(np.random.Philox(key=[SEED, epoch]))
    order = rng.permutation(n)
    for start in range(0, n, BATCH_SIZE):
        yield order[start : start + BATCH_SIZE]'''


def write_score(spec: Spec) -> str:
    """Writes `score`: accuracy, or RMSE."""
    head, noun = find_head(spec), name_rows(spec).noun
    if head.task == "regression":
        says = "the root of the mean squared error"
        value = f"np.sqrt(np.mean((predict({noun})[:, 0] - labels) ** 2))"
        if spec.data.entry.table:
            says += ", in the target's own unit"
            value = f"TARGET_DEVIATION * {value}"
    elif head.task == "multiclass":
        says = "the accuracy: the largest output is the answer"
        value = f"np.mean(predict({noun}).argmax(axis=1) == labels)"
    else:
        middle = "0.5" if head.negative == 0 else "0"
        says = f"the accuracy: outputs from {middle} on mean class 1"
        value = f"np.mean((predict({noun})[:, 0] >= {middle}) == (labels > 0))"
    return f'''\
def score({noun}, labels):
    """Returns {says}."""
    return {value}'''


def write_loading(spec: Spec) -> str:
    """Writes the line that loads the data to score on."""
    rows = name_rows(spec)
    return f"{rows.noun}, labels, test_{rows.noun}, test_labels = {rows.load}()"


def write_result(spec: Spec) -> str:
    """Writes the lines that print the score."""
    name = "RMSE" if spec.task == "regression" else "accuracy"
    rows = name_rows(spec)
    return f"""\
print(f"train {name} {{score({rows.noun}, labels):.4f}}")
print(f"test {name} {{score(test_{rows.noun}, test_labels):.4f}}")"""
