"""The Python sample of the README does what the README says of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from engine import Trainer

ROOT = Path(__file__).parents[1]
PROMISED = 0.95


def test_the_python_sample_runs_as_it_stands_and_succeeds(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [sample] = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-c", sample],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"# {PROMISED} or more" in sample
    assert float(done.stdout) >= PROMISED
    trainer = Trainer.load(tmp_path / "spiral.safetensors")
    assert trainer.metrics["test_accuracy"] >= PROMISED
    assert trainer.step == 200 * trainer.batches_per_epoch
