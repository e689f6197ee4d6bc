"""The curves of a run whose data or loss changes: marked, and drawn from there on."""

from __future__ import annotations

from typing import Any

from tests.browser.page import Page

CHART = "#panel-loss"
#: Two parts of a run: the second one on other data, with losses a hundred times smaller.
TWO_PARTS = """
  const { createHistory } = await import("history");
  const { curveLabels, curveShapes, namedBreaks, viewOf } = await import("curve-figure");
  const history = createHistory();
  const spec = (name, loss = null) => ({ data: { name, points: null }, loss });
  const train = (now, from, to, loss) => {
    for (let step = from; step <= to; step += 1) {
      const rows = { data: new Float32Array([step, loss, loss, 1, 1]) };
      history.add({ meta: { step }, arrays: { history: rows }, spec: now });
    }
  };
  const change = (next, step, time) => history.change({ spec: next, step, back: false, time });
  train(spec("circle"), 1, 50, 100);
"""


def test_other_data_begin_a_part_of_the_curve(page: Page) -> None:
    seen = page.load(
        TWO_PARTS
        + """
        const view = (choice) => {
          const now = { wholeRun: false, recalled: null, ...choice };
          const { series, from, breaks } = viewOf(history, now);
          return [series.step[0], Math.max(...series.trainLoss), from, breaks.length];
        };
        const seen = [];
        change({ ...spec("circle"), batch_size: 5 }, 50, 1000);
        seen.push(view());
        change(spec("xor"), 50, 5000);
        seen.push(view());
        train(spec("xor"), 51, 80, 1);
        seen.push(view(), view({ wholeRun: true }), view({ recalled: { step: 20 } }));
        change(spec("xor", "hinge"), 80, 9000);
        train(spec("xor", "hinge"), 81, 90, 2);
        const whole = viewOf(history, { wholeRun: true, recalled: null });
        seen.push(view(), namedBreaks(whole).map(({ step }) => step));
        return seen;
        """
    )
    # A batch size makes no other loss of it; without rows after a change there is nothing to see.
    assert seen[:2] == [[1, 100, 0, 0], [1, 100, 0, 1]]
    assert seen[2:5] == [[51, 1, 50, 1], [1, 100, 0, 1], [1, 100, 0, 1]]
    assert seen[5:] == [[81, 2, 80, 1], [50, 80]]


def test_a_dragged_slider_begins_one_part(page: Page) -> None:
    breaks = page.load(
        TWO_PARTS
        + """
        for (let i = 1; i <= 5; i += 1) {
          change({ data: { name: "circle", noise: i / 10 } }, 49 + i, 1000 * i);
          train({ data: { name: "circle", noise: i / 10 } }, 50 + i, 50 + i, 1);
        }
        const two = history.breaks;
        history.change({ spec: spec("circle"), step: 50, back: true });
        return [two, history.breaks];
        """
    )
    assert breaks == [[{"step": 50, "kind": "data"}], []]


def test_the_page_draws_a_part_alone_and_all_of_it_by_a_key(page: Page) -> None:
    page.play()
    page.wait(lambda: page.step > 1000, "it trains")
    page.edited(lambda: page.click("[data-dataset='spiral']"))
    page.wait(lambda: chart(page)["range"][0] > 900, "what follows alone")
    assert chart(page)["names"] == ["new data"]
    button = page.find("#panel-loss [data-action='wholeRun']")
    assert button.is_displayed()
    page.pause()
    page.press("w")
    page.wait(lambda: chart(page)["range"][0] < 100, "the whole run")
    assert button.get_attribute("aria-pressed") == "true"
    assert chart(page)["names"] == ["new data"]
    button.click()
    page.wait(lambda: chart(page)["range"][0] > 900, "and what follows again")
    page.click("[data-action='undo']")
    page.wait(lambda: chart(page)["range"][0] < 100, "before the change there is no mark")
    assert chart(page)["names"] == []
    assert not button.is_displayed()


def chart(page: Page) -> dict[str, Any]:
    """The axis of updates and the names on the chart of the loss, once Plotly has drawn it."""
    return page.run(
        """const { layout } = document.querySelector(arguments[0]);
           if (!layout?.xaxis?.range) return { range: [-1, -1], names: [] };
           const names = (layout.annotations ?? []).map(({ text }) => text);
           return { range: layout.xaxis.range, names };""",
        CHART,
    )


def test_curves_without_plotly_have_the_marks_too(page: Page) -> None:
    steps = page.load(
        TWO_PARTS
        + """
        const { createPlainCurve } = await import("plain-curve");
        change(spec("xor"), 50, 5000);
        train(spec("xor"), 51, 80, 1);
        const place = document.body.appendChild(document.createElement("div"));
        place.style.cssText = "position:fixed;inset:0 auto auto 0;width:300px;height:200px";
        const curve = createPlainCurve(place, "loss");
        const written = [];
        const { fillText } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
          written.push([text, Math.round(x)]);
          return fillText.call(this, text, x, ...rest);
        };
        const view = viewOf(history, { wholeRun: false, recalled: null });
        curve.draw({
          x: view.series.step, from: view.from, marks: [], breaks: namedBreaks(view),
          title: "update",
          lines: [{ y: view.series.trainLoss, color: "red", width: 2 }], logarithmic: false,
          palette: { line: "#ccc", "line-strong": "#999", muted: "#555" },
        });
        CanvasRenderingContext2D.prototype.fillText = fillText;
        place.remove();
        return written;
        """
    )
    assert ["new data", 46] in steps
    assert [text for text, _ in steps if text in ("50", "60", "70")] == ["50", "60", "70"]
