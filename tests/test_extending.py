"""docs/extending.md, followed to the letter: its code goes where it says, and works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "extending.md"
COPIED = ("app", "engine", "livenet", "static", "templates", "tests", "docs", "pyproject.toml")

_BLOCK = re.compile(
    r"^(?:At the end of|In) `([^`]+)`(?:, behind `([^`]+)`)?[^`]*?:\n\n```(\w+)\n(.*?)^```",
    re.MULTILINE | re.DOTALL,
)

#: The package that the example of an image set is of.
SHAPES = """
import sys
from pathlib import Path
import numpy as np
rng = np.random.default_rng(0)
rows = []
for i in range(300):
    image = rng.integers(0, 40, (20, 30))
    x, y = rng.integers(4, 16, 2)
    if i % 3 != 0:
        image[y] = 255
    if i % 3 == 2:
        image[:, x] = 255
    if i % 3 == 0:
        image[y - 2 : y + 2, x - 2 : x + 2] = 255
    rows.append([*image.ravel(), i % 3])
folder = Path(sys.argv[1]) / "shapes"
folder.mkdir()
(folder / "__init__.py").touch()
np.savetxt(folder / "shapes.csv", rows, fmt="%d", delimiter=",")
"""

USE = """
import numpy as np
from engine import (
    Drawing, ExportRequest, FrameRequest, Programs, Trainer, export, parse_spec,
)

value = {
    "data": {"name": "stripes"},
    "layers": [{"units": 4, "activation": "softsign"}],
    "optimizer": {"name": "sign_sgd", "learning_rate": 0.001},
}
programs = Programs()
trainer = Trainer(parse_spec(value), programs=programs)
before = trainer.metrics["train_loss"]
after = trainer.train(epochs=20)["train_loss"]
assert after < before, (before, after)
source = export(ExportRequest(name="jax"), trainer.snapshot(), [])[0]
compile(source.content, "jax", "exec")
assert b"soft_sign" in source.content and b"optax.sign_sgd(0.001)" in source.content
frame = trainer.turn(request=FrameRequest(("kernel_norms",)))
assert frame.arrays["kernel_norms"].shape == (2,)

value = {
    "data": {"name": "plane"}, "loss": "log_cosh", "features": ["x1", "x2", "sin_sum"],
    "layers": [{"units": 4, "activation": "tanh"}],
}
trainer = Trainer(parse_spec(value), programs=programs)
before = trainer.metrics["train_loss"]
assert 0 < trainer.train(epochs=20)["train_loss"] < before
for name in ("jax", "pytorch", "keras_sequential"):
    source = export(ExportRequest(name=name, weights="beside"), trainer.snapshot(), [])[0]
    compile(source.content, name, "exec")
    assert b"np.logaddexp" in source.content, name

value = {
    "data": {"name": "shapes"}, "layers": [{"units": 16, "activation": "relu"}],
    "optimizer": {"name": "adam", "learning_rate": 0.01}, "batch_size": 32,
}
trainer = Trainer(parse_spec(value), programs=programs)
assert trainer.train(epochs=20)["test_accuracy"] > 0.8
for ink in (None, np.full((112, 60), 255, np.uint8)):
    request = FrameRequest(
        ("digit", "saliency", "confusion", "input_weights"), select=(0, 0),
        digit=None if ink is None else Drawing(ink),
    )
    shapes = {name: array.shape for name, array in trainer.turn(request=request).arrays.items()}
    for name in ("image", "saliency", "input_weights"):
        assert shapes[name] == (20, 30), name
    assert shapes["probabilities"] == (3,) and shapes["confusion"] == (3, 3)
source = export(ExportRequest(name="pytorch"), trainer.snapshot(), [])[0]
compile(source.content, "pytorch", "exec")
assert b"600" in source.content
"""


@dataclass(frozen=True)
class Block:
    """Code of the page: where it goes, behind which line, and in which language."""

    file: str
    behind: str
    language: str
    code: str


def read_blocks() -> list[Block]:
    """All code of the page, in order."""
    return [Block(*found) for found in _BLOCK.findall(PAGE.read_text(encoding="utf-8"))]


def apply(block: Block, root: Path) -> None:
    """Puts code where the page says."""
    file = root / block.file
    text = file.read_text(encoding="utf-8")
    if block.language == "json":
        words = json.loads(text) | json.loads(block.code)
        text = json.dumps(words, ensure_ascii=False, indent=2) + "\n"
    elif block.behind:
        head, _, tail = text.partition(block.behind)
        line, _, rest = tail.partition("\n")
        text = f"{head}{block.behind}{line}\n{block.code}{rest}"
    else:
        text = f"{text.rstrip()}\n\n\n{block.code}"
    file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project in which the page was followed."""
    root = tmp_path_factory.mktemp("extended")
    ignore = shutil.ignore_patterns("node_modules", "__pycache__", "img")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=ignore)
        else:
            shutil.copy(source, root / name)
    for block in read_blocks():
        apply(block, root)
    run(root, "-c", SHAPES, str(root))
    yield root
    shutil.rmtree(root)


def run(root: Path, *arguments: str) -> str:
    """Runs Python in the copy."""
    # What runs there are usual tests, whichever run here.
    environment = {**os.environ, "PYTHONPATH": str(root), "LIVENET_TESTS": ""}
    done = subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_every_example_of_the_page_is_found() -> None:
    """The last is a kind of layer, which tests/engine/test_layer_kinds.py takes up."""
    text = PAGE.read_text(encoding="utf-8")
    assert len(read_blocks()) + 1 == text.count("\n```") // 2 == 24


@pytest.mark.slow
def test_what_was_added_trains_exports_and_is_shown(extended: Path) -> None:
    run(extended, "-c", USE)


@pytest.mark.slow
def test_what_was_added_is_served(extended: Path) -> None:
    served = run(
        extended, "-c",
        "import json; from app.api.schema import collect_answers;"
        "print(json.dumps(collect_answers()))",
    )  # fmt: skip
    schema = json.loads(served)["schema"]
    choices = {name: part["properties"] for name, part in schema["$defs"].items()}
    assert "softsign" in choices["LayerSpec"]["activation"]["enum"]
    assert "sign_sgd" in choices["OptimizerSpec"]["name"]["enum"]
    assert schema["reads"]["optimizer.name"]["sign_sgd"] == []
    assert schema["data_sets"]["stripes"]["task"] == "binary"
    assert schema["task_losses"]["regression"][-1] == "log_cosh"
    assert schema["features"]["sin_sum"] == {"formula": ["sin", ["+", "x1", "x2"]]}
    assert schema["data_sets"]["shapes"]["input_shape"] == [20, 30]
    assert schema["data_sets"]["shapes"]["classes"] == ["dot", "stripe", "cross"]
    assert schema["views"]["kernel_norms"]["of"] == "both"
    assert len(json.loads(served)["datasets"]["stripes"]["points"]) == 120


@pytest.mark.slow
def test_what_was_added_passes_the_tests_of_its_kind(extended: Path) -> None:
    run(extended, "-m", "tests.doc_tables")
    tests = [
        "tests/test_words.py",
        "tests/test_docs.py::test_tables_are_those_of_the_registries",
        "tests/engine/test_reads.py",
        "tests/engine/test_spec.py::test_names_of_the_contract_come_first_and_in_its_order",
        "tests/engine/test_activations.py",
        "tests/engine/test_edit_layers.py::test_no_other_scale_and_shift_is_nearer_to_the_identity",
        "tests/engine/test_optimizers.py::test_forty_updates_are_those_of_optax",
        "tests/engine/test_features.py::test_a_network_sees_the_feature_that_it_names",
        "tests/page/test_modules.py::test_the_page_computes_the_features_of_the_engine",
        "tests/engine/test_losses.py::test_losses_are_those_of_the_oracle",
        "tests/engine/test_view_registry.py",
        "tests/page/test_modules.py::test_the_page_knows_the_image_sets_of_the_engine",
        "tests/page/test_spec_check.py",
    ]
    run(
        extended, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests,
        "-k", "softsign or sign_sgd or log_cosh or sin_sum or stripes or kernel_norms "
        "or test_words or contract or docs or test_modules or test_spec_check",
    )  # fmt: skip
