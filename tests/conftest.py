"""What all tests have in common: names of cases, numbers of examples, and which go together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.programs import choose_quick_compilation
from tests.sizes import NIGHTLY, is_chosen

choose_quick_compilation()

# The same examples in every run of `make test`; new ones every night.
settings.register_profile("usual", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("nightly", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("nightly" if NIGHTLY else "usual")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: runs in `make test-slow` and every night")
    config.addinivalue_line("markers", "nightly: runs in `make test-nightly` only")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names bytes by their parameter; pytest numbers equal names.

    Compressed or drawn bytes differ from process to process, so as names they would make xdist's
    workers collect different tests; and hundreds of escapes are no name that can be typed.
    """
    return argname if isinstance(val, bytes) else None


#: Files of tests/engine that need every capacity, or run exported sources in other processes.
_WIDE = {
    "test_batch_norm",
    "test_exports_files",
    "test_exports_images",
    "test_exports_run",
    "test_gradients",
    "test_predictions",
    "test_presets",
    "test_programs_agree",
    "test_random_edits",
}


def _find_group(nodeid: str) -> str:
    """The group that a test is handed out with: by its slow fixtures, else by its file.

    All capacities, the live servers, the server in this process: what takes long to make is made
    by one process only, and so is what a module shares.
    """
    path, _, name = nodeid.partition("::")
    if path.startswith("tests/app/"):
        return "in process" if "[in_process" in name else "live"
    return "wide" if Path(path).stem in _WIDE else path


class GroupScheduling(LoadScopeScheduling):
    """Hands out groups as a whole; `--dist loadscope` with scopes of our own."""

    def _split_scope(self, nodeid: str) -> str:
        return _find_group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling | None:
    return GroupScheduling(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps the tests of this run, and begins with the longest groups, so that none is last."""
    chosen = [item for item in items if is_chosen(item)]
    config.hook.pytest_deselected(items=[item for item in items if not is_chosen(item)])
    items[:] = chosen
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: _rank(_find_group(item.nodeid)))


def _rank(group: str) -> int:
    first = ("wide", "live", "in process")
    return first.index(group) if group in first else 3 + ("/browser/" not in group)
