"""Two trees side by side: their servers, and the figures of both, round by round."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.before.commit import ROOT
from tests.app.servers import LiveServer


@dataclass
class Figures:
    """One thing measured on both trees.

    Attributes:
        unit: what figures are followed by.
        scale: by which they are multiplied before.
        more: whether more is better, as of frames a second; else less is, as of seconds.
        before: a figure of each round.
        now: the same of this tree.
    """

    unit: str = "s"
    scale: float = 1.0
    more: bool = False
    before: list[float] = field(default_factory=list)
    now: list[float] = field(default_factory=list)


@dataclass
class Pair:
    """An earlier tree and this one.

    Attributes:
        before: folder of the earlier one.
        cache: folder in which their servers keep compiled programs.
        rounds: how often each of both is measured, by turns.
        figures: what has been measured, by name.
    """

    before: Path
    cache: Path
    rounds: int
    figures: dict[str, Figures] = field(default_factory=dict)

    @property
    def trees(self) -> dict[str, Path]:
        """Folders by name; each round begins with the earlier one."""
        return {"before": self.before, "now": ROOT}

    def start(self, who: str, **environ: str) -> LiveServer:
        """Starts a server of one of the trees, which sets XLA's flags itself."""
        settings = {"XLA_FLAGS": "", "LIVENET_CACHE_DIR": str(self.cache / who), **environ}
        return LiveServer(cwd=self.trees[who], **settings)

    @contextmanager
    def serve(self, **environ: str) -> Iterator[dict[str, LiveServer]]:
        """Has a server of each tree; one at a time is given something to do."""
        with ExitStack() as stack:
            yield {who: stack.enter_context(self.start(who, **environ)) for who in self.trees}

    def add(self, what: str, who: str, figure: float, like: Figures) -> None:
        """Adds the figure of a round, in the unit and sense of `like`."""
        kept = self.figures.setdefault(what, Figures(like.unit, like.scale, like.more))
        (kept.before if who == "before" else kept.now).append(figure)
