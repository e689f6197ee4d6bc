"""Tables of a source: rows in their own units, and how they are standardized."""

from __future__ import annotations

import numpy as np

from engine.data.datasets import Dataset
from engine.data.kinds import Doubles, Table
from engine.data.tables import Scaling
from engine.exports.data.validation import write_validation
from engine.exports.files import File
from engine.exports.text import write_block, write_list
from engine.exports.weights import encode_numbers
from engine.spec import Spec

TABLE_FILE = "table.csv"

_HEAD = '''\
def load_samples():
    """Returns samples and labels to train on, then those to test on."""
'''


def save_table(spec: Spec, data: Dataset) -> File:
    """Returns the rows as CSV, those to train on first."""
    table, scaling = _table_of(spec), _scaling_of(data)
    lines = [",".join([*table.names, table.target.name, "part"])]
    for row, label, part in zip(scaling.rows, scaling.labels, data.parts(), strict=True):
        lines.append(",".join([*(str(float(value)) for value in (*row, label)), str(part)]))
    return File(TABLE_FILE, ("\n".join(lines) + "\n").encode(), "text/csv")


def write_table_data(spec: Spec, data: Dataset, *, inline: bool) -> list[str]:
    """Writes `load_samples`, and `load_validation` where some are set aside."""
    scaling = _scaling_of(data)
    tail = "    return *split(train), *split(test)"
    split = f'''\
def split(table):
    """Returns samples in their own units, and labels{_says(spec)}."""
{_write_labels(spec, data.width)}
    return table[:, :{data.width}], labels'''
    if not inline:
        read = f"""\
    table = np.loadtxt(FOLDER / "{TABLE_FILE}", delimiter=",", skiprows=1)
"""
        parts = "    train, test = table[table[:, -1] == 0], table[table[:, -1] == 1]\n"
        validation = _write_validation(data, read, "table[table[:, -1] == 2]")
        return [*_write_target(spec, scaling), split, _HEAD + read + parts + tail, *validation]
    numbers = np.column_stack([scaling.rows, scaling.labels]).astype(np.float32)
    block = write_block("SAMPLES", encode_numbers(numbers, "data"))
    read = f"""\
    table = np.frombuffer(base64.b64decode(SAMPLES), "<f4").reshape(-1, {data.width + 1})
"""
    return [
        "# Columns and label of every sample as float32 in base64, those to train on first.\n"
        f"{block}\nN_TRAIN = {data.n_train}\nN_TEST = {data.n_test}",
        *_write_target(spec, scaling),
        split,
        f"{_HEAD}{read}    train, test = table[:N_TRAIN], table[-N_TEST:]\n{tail}",
        *_write_validation(data, read, "table[N_TRAIN:-N_TEST]"),
    ]


def _write_validation(data: Dataset, read: str, rows: str) -> list[str]:
    return write_validation(data, "samples", f"{read}    return split({rows})")


def write_standardization(spec: Spec, data: Dataset) -> list[str]:
    """Writes `standardize`, with mean and deviation of the train samples."""
    scaling, columns = _scaling_of(data), list(spec.input_columns)
    names = write_list([f'"{name}"' for name in spec.inputs], room=len("INPUTS = "))
    indices = write_list([str(column) for column in columns], room=len("COLUMNS = "))
    numbers = {"MEANS": scaling.means[columns], "DEVIATIONS": scaling.deviations[columns]}
    lists = {name: _write_numbers(name, values) for name, values in numbers.items()}
    return [
        f"INPUTS = {names}\nCOLUMNS = {indices}\n" + "\n".join(lists.values()),
        f'''\
def standardize(samples):
    """Returns what the network sees of samples [n, {data.width}]: (x - mean) / deviation."""
    inputs = np.asarray(samples, float)[:, COLUMNS]
    return ((inputs - np.array(MEANS)) / np.array(DEVIATIONS)).astype(np.float32)''',
    ]


def _write_numbers(name: str, values: Doubles) -> str:
    return f"{name} = {write_list([repr(float(value)) for value in values], room=len(name) + 3)}"


def _write_target(spec: Spec, scaling: Scaling) -> list[str]:
    if spec.task != "regression":
        return []
    unit = _table_of(spec).target
    return [
        f"# The network predicts {unit.name} ({unit.unit}) in deviations from its mean.\n"
        f"TARGET_MEAN = {scaling.target_mean!r}\n"
        f"TARGET_DEVIATION = {scaling.target_deviation!r}"
    ]


def _says(spec: Spec) -> str:
    return ", standardized" if spec.task == "regression" else ""


def _write_labels(spec: Spec, column: int) -> str:
    if spec.task != "regression":
        return f"    labels = table[:, {column}]"
    return f"""\
    labels = (table[:, {column}] - TARGET_MEAN) / TARGET_DEVIATION
    labels = labels.astype(np.float32)"""


def _table_of(spec: Spec) -> Table:
    table = spec.data.entry.table
    assert table is not None
    return table


def _scaling_of(data: Dataset) -> Scaling:
    assert data.scaling is not None
    return data.scaling
