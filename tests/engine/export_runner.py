"""Runs exported sources: each line of the input is a job, the JSON list `[FOLDER, PREFIX, ...]`.

One process does many jobs, since it takes longer to import Keras or JAX than to run most cases. Its
answer to a job is one line too: `{"printed": "...", "failed": "..."}`.

Every folder in FOLDER is a case, with `asked.npy`, the points or images to predict, and sources.
Beside each source whose name begins with one of the prefixes come to lie
`<source>.predicted.npy`, its predictions, `<source>.loaded.npy`, test loss and score of loaded
weights, and `<source>.kernel.npy`, the kernel of the second
layer if there is one. Where the case has an `epochs.txt`, it is trained for so many epochs, and
predicts `<source>.trained.npy`; where it has a `main.txt`, it is also run as a program.
"""

from __future__ import annotations

import importlib.util
import io
import json
import runpy
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np


def load(source: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"{source.parent.name}_{source.stem}", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def list_kernels(module: Any) -> list[Any]:
    """The kernels of a network, [in, out]."""
    if hasattr(module, "params"):
        return [value for name, value in sorted(module.params.items()) if name.endswith("kernel")]
    if hasattr(module, "network"):
        found = module.network.state_dict().values()
        return [value.numpy().T for value in found if value.ndim == 2]
    return [value for value in module.model.get_weights() if value.ndim == 2]


def train(module: Any, epochs: int) -> None:
    """Trains; JAX gives back what was learned."""
    state = [name for name in ("params", "averages") if hasattr(module, name)]
    learned = module.train(*(getattr(module, name) for name in state), epochs)
    learned = learned if len(state) > 1 else (learned,)
    for name, value in zip(state, learned, strict=False):
        setattr(module, name, value)


def run(source: Path) -> None:
    module = load(source)
    asked = np.load(source.with_name("asked.npy"))
    np.save(source.with_suffix(".predicted.npy"), module.predict(asked))
    if hasattr(module, "measure_loss"):
        load_data = next(
            getattr(module, name)
            for name in ("load_points", "load_samples", "load_images")
            if hasattr(module, name)
        )
        _, _, *test = load_data()
        np.save(
            source.with_suffix(".loaded.npy"), [module.measure_loss(*test), module.score(*test)]
        )
    if len(kernels := list_kernels(module)) > 1:
        np.save(source.with_suffix(".kernel.npy"), np.asarray(kernels[1]))
    epochs = source.with_name("epochs.txt")
    if epochs.exists():
        train(module, int(epochs.read_text()))
        np.save(source.with_suffix(".trained.npy"), module.predict(asked))
    if source.with_name("main.txt").exists():
        runpy.run_path(str(source), run_name="__main__")


def run_all(folder: str, *prefixes: str) -> dict[str, str]:
    """Runs all sources of all cases whose names begin so."""
    printed, failed = io.StringIO(), []
    for source in sorted(Path(folder).glob("*/*.py")):
        if source.stem.startswith(prefixes):
            try:
                with redirect_stdout(printed):
                    run(source)
            except Exception:
                failed.append(f"{source}:\n{traceback.format_exc()}")
    return {"printed": printed.getvalue(), "failed": "\n".join(failed)}


if __name__ == "__main__":
    for job in sys.stdin:
        print(json.dumps(run_all(*json.loads(job))), flush=True)
