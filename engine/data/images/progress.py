"""Progress bars for downloads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from tqdm import tqdm

from engine.data.images.mirrors import Progress


@contextmanager
def show_progress(stream: TextIO | None = None) -> Iterator[Progress]:
    """Shows a bar for each file while the context is open.

    Args:
        stream: where to; standard error unless given. Nothing is shown where nobody looks,
            that is if it is no terminal.

    Yields:
        What `load_images` takes as `progress`.
    """
    bars: dict[str, tqdm[Any]] = {}

    def show(file: str, done: int, total: int | None) -> None:
        if file not in bars:
            bars[file] = tqdm(
                desc=file, unit="B", unit_scale=True, unit_divisor=1024,
                file=stream or sys.stderr, disable=None,
            )  # fmt: skip
        bar = bars[file]
        bar.total = total
        bar.update(done - bar.n)
        if done == total:
            bar.refresh()

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()
