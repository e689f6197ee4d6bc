"""The classification report of a frame, as the page reads it."""

from __future__ import annotations

from tests.page.node import Modules


def test_a_part_is_read_out_of_the_arrays(modules: Modules) -> None:
    read = modules.load(
        """const { readReport } = await import("plot/class-report");
           const array = (shape, data) => ({ shape, data: Float32Array.from(data) });
           const none = [0, 0, 0, 0];
           const arrays = {
             confusion_matrix: array([3, 2, 2], [5, 1, 2, 4, 3, 1, 0, 2, ...none]),
             class_scores: array([3, 3, 4], [
               ...none, ...none, 0.5, 0.5, 0.5, 12,
               1, 0.75, 0.8, 4, 0.5, 1, 0.6, 2, 0.75, 0.875, 0.7, 6,
               ...none, ...none, ...none]),
             roc_curves: array([4, 4], [0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0.5]),
             roc_auc: array([3, 1], [0.9, 0.5, NaN]),
           };
           return [readReport(arrays, 1), readReport(arrays, 2), readReport({}, 0)];"""
    )
    report, without, nothing = read
    assert without is nothing is None
    assert report["matrix"] == [[3, 1], [0, 2]]
    assert [row["count"] for row in (*report["classes"], report["mean"])] == [4, 2, 6]
    assert report["mean"]["recall"] == 0.875
    assert report["curves"] == [{"label": 1, "auc": 0.5, "places": [[0, 0], [1, 0.5]]}]
