"""The share of storage that a client has: how it comes back, and what small blobs take of it."""

from __future__ import annotations

from pathlib import Path

from app.limits.storage_quotas import StorageQuotas
from tests.app.conftest import Clock

BLOCK = 4096
SHARE = 60 * BLOCK


def test_a_share_comes_back_with_time_and_is_never_more_than_one(
    tmp_path: Path, clock: Clock
) -> None:
    quotas = StorageQuotas(tmp_path, SHARE)
    assert quotas.charge("a", SHARE + 10 * BLOCK) == 0, "one blob may be larger than what is left"
    assert quotas.charge("a", BLOCK) == 11, "a block comes back in a second"
    clock.now += 10
    assert quotas.charge("a", BLOCK) == 1
    clock.now += 1
    assert quotas.charge("a", 2 * SHARE) == 0
    clock.now += 3600
    assert quotas.charge("a", 2 * SHARE) == 0
    assert quotas.charge("a", BLOCK) == 61, "an hour of silence saves up nothing"


def test_many_small_blobs_are_bounded_too(tmp_path: Path, clock: Clock) -> None:
    quotas = StorageQuotas(tmp_path, SHARE)
    waits = [quotas.charge("a", 1) for _ in range(62)]
    assert waits == [0] * 60 + [1, 1]
    assert quotas.charge("b", 1) == 0
