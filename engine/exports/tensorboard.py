"""The history of a run as an event file of TensorBoard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.exports.files import File
from engine.frames.metrics import Metrics


def write_events(rows: Sequence[Metrics], times: Sequence[float]) -> File:
    """Returns an event file with every metric over the steps.

    Tags are grouped as TensorBoard shows them: `loss/train` and `loss/test` in one section.

    Args:
        rows: metrics, oldest first.
        times: when each was measured, seconds since 1970.
    """
    # Reads half a second of modules, which nothing else needs.
    from tensorboardX import SummaryWriter  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        with SummaryWriter(folder) as writer:
            for row, time in zip(rows, times, strict=True):
                for key, value in row.items():
                    if key != "step":
                        writer.add_scalar(_tag(key), float(value), int(row["step"]), time)
        (file,) = Path(folder).iterdir()
        return File("events.out.tfevents.livenet", file.read_bytes())


def _tag(key: str) -> str:
    part, _, metric = key.partition("_")
    return f"{metric}/{part}" if metric else key
