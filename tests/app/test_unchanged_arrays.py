"""Arrays that change seldom: a client gets them when they have changed, or when it is new."""

from __future__ import annotations

import numpy as np

from app.sessions.client.frame_demand import FrameDemand

ONE, OTHER = np.zeros(3, np.uint8), np.zeros(3, np.uint8)


def sent(demand: FrameDemand, predictions: np.ndarray | None) -> tuple[set[str], list[str]]:
    """What goes out of a frame, and what it says is unchanged."""
    arrays = {"image": ONE} | ({} if predictions is None else {"predictions": predictions})
    unchanged = demand.drop_unchanged(arrays)
    return set(arrays), unchanged


def test_what_has_not_changed_is_named_and_left_out() -> None:
    demand = FrameDemand(None)
    assert sent(demand, ONE) == ({"image", "predictions"}, [])
    assert sent(demand, ONE) == ({"image"}, ["predictions"])
    assert sent(demand, OTHER) == ({"image", "predictions"}, [])
    assert sent(demand, OTHER) == ({"image"}, ["predictions"])


def test_frames_without_it_in_between_change_nothing() -> None:
    demand = FrameDemand(None)
    assert sent(demand, ONE)[0] == {"image", "predictions"}
    assert sent(demand, None) == ({"image"}, [])
    assert sent(demand, ONE) == ({"image"}, ["predictions"])


def test_a_new_client_gets_everything() -> None:
    demand = FrameDemand(None)
    sent(demand, ONE)
    demand.restart()
    assert sent(demand, ONE) == ({"image", "predictions"}, [])
