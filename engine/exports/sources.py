"""Complete sources: the common frame around a framework's own part."""

from __future__ import annotations

from dataclasses import dataclass

from engine.exports.data.common import write_data, write_inputs, write_loading, write_result
from engine.exports.data.evaluation import write_loaded, write_measure
from engine.exports.data.rows import name_rows
from engine.exports.early_stopping import list_constants
from engine.exports.inputs import Source, SourceInput
from engine.exports.jax.source import write_jax
from engine.exports.keras.source import write_keras
from engine.exports.pytorch.source import write_pytorch
from engine.exports.text import indent_lines, join_chunks

#: Epochs of a source, if the run has more than anyone waits for.
_MOST_EPOCHS = 1000


@dataclass(frozen=True)
class Section:
    """Named section of a source.

    Attributes:
        name: setup, data, inputs, network, weights, training or result.
        code: the source.
    """

    name: str
    code: str


def write_source(name: str, parts: SourceInput) -> Source:
    """Writes a framework's own part of a source."""
    if name == "pytorch":
        return write_pytorch(parts)
    if name == "jax":
        return write_jax(parts)
    return write_keras(name, parts)


def list_sections(source: Source, parts: SourceInput, *, script: bool) -> list[Section]:
    """Returns a whole source, section by section.

    Args:
        source: the framework's own part.
        parts: what is exported.
        script: whether it is a file of its own, which knows where it lies.
    """
    spec, trained = parts.spec, parts.weights is not None
    lines = [write_loading(spec), source.train, write_result(spec)]
    if trained:
        lines.insert(1, write_loaded(spec))
    last = "\n".join(lines)
    if script:
        last = f'if __name__ == "__main__":\n{indent_lines(last)}'
    chunks = {
        "data": write_data(spec, parts.data, inline=parts.data_inline),
        "inputs": write_inputs(spec, parts.data),
        "network": source.network,
        "weights": source.weights,
        "training": source.training,
        "result": [*source.result, *([write_measure(spec)] if trained else []), last],
    }
    sections = [Section(name, join_chunks(own)) for name, own in chunks.items() if own]
    setup = _write_setup(source, parts, "".join(own.code for own in sections), script=script)
    return [Section("setup", setup), *sections]


def write_script(name: str, parts: SourceInput) -> str:
    """Returns a source as one Python file."""
    source = write_source(name, parts)
    setup, *rest = (section.code for section in list_sections(source, parts, script=True))
    return f"{_write_head(source, parts)}\n\n{setup}\n\n\n{join_chunks(rest)}\n"


def list_packages(source: Source, parts: SourceInput) -> list[str]:
    """Returns what has to be installed for a source."""
    packages = {*source.packages, "numpy"}
    if parts.weights is not None and not parts.weights_inline:
        packages.add("safetensors")
    return sorted(packages)


def _write_head(source: Source, parts: SourceInput) -> str:
    spec = parts.spec
    widths = "-".join(str(width) for width in spec.widths)
    return f'''\
"""A network of {widths} units for the data "{spec.data.name}", in {source.framework}.

Exported from LiveNet after {parts.step:,} steps.

    pip install {" ".join(list_packages(source, parts))}
"""'''


def _write_setup(source: Source, parts: SourceInput, code: str, *, script: bool) -> str:
    """Writes the imports that the code needs, and the numbers that a reader may change."""
    first = [f"import {name}" for name in ("base64", "copy", "gzip", "math") if f"{name}." in code]
    if "os." in source.before:
        first.append("import os")
    if "urllib." in code:
        first.append("import urllib.request")
    others = [*source.imports, "import numpy as np"]
    constants = []
    if "FOLDER" in code:
        first.append("from pathlib import Path")
        constants.append(f"FOLDER = {'Path(__file__).parent' if script else 'Path()'}")
    if "load_file" in code:
        others.append("from safetensors.numpy import load_file")
    others.sort(key=lambda line: (line.startswith("from"), line))
    constants += [
        f"SEED = {parts.spec.seed}",
        f"BATCH_SIZE = {parts.spec.batch_size}",
        f"EPOCHS = {min(parts.epoch, _MOST_EPOCHS) or name_rows(parts.spec).epochs}",
        *(list_constants(parts.spec) if parts.stops_early else []),
    ]
    blocks = ["\n".join(first), source.before, "\n".join(others), "\n".join(constants)]
    return "\n\n".join(block for block in blocks if block)
