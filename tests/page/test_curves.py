"""The curves of a run whose data or loss changes: marked, and drawn from there on."""

from __future__ import annotations

from tests.page.node import Modules

#: Two parts of a run: the second one on other data, with losses a hundred times smaller.
TWO_PARTS = """
  const { createHistory } = await import("run/history");
  const { curveLabels, curveShapes, namedBreaks, viewOf } = await import("plot/curve-figure");
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


def test_other_data_begin_a_part_of_the_curve(modules: Modules) -> None:
    seen = modules.load(
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


def test_a_dragged_slider_begins_one_part(modules: Modules) -> None:
    breaks = modules.load(
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


def test_curves_follow_undo_to_the_network_of_then(modules: Modules) -> None:
    lost, other, back = modules.load(
        TWO_PARTS
        + """
        const adam = { ...spec("circle"), optimizer: "adam" };
        const seen = () => [history.series.step.length, ...new Set(history.series.trainLoss)];
        history.change({ spec: adam, step: 0, back: true });
        const lost = seen();
        train(adam, 1, 80, 1);
        history.change({ spec: { ...adam, seed: 2 }, step: 50, back: true });
        const other = seen();
        history.change({ spec: spec("circle"), step: 50, back: true });
        return [lost, other, seen()];
        """
    )
    assert lost == [0]
    assert other == [50, 1], "another network at the same step has not those losses"
    assert back == [50, 100]


def test_marks_of_edits_go_with_the_part_of_the_curve_that_is_undone(modules: Modules) -> None:
    marks = modules.load(
        TWO_PARTS
        + """
        const marks = [];
        for (const [from, to, time] of [[51, 60, 5000], [61, 70, 10000], [71, 75, 10500]]) {
          train(spec("circle"), from, to, 1);
          change({ ...spec("circle"), batch_size: to }, to, time);
          marks.push([...history.marks]);
        }
        history.change({ spec: spec("xor"), step: 65, back: true });
        return [...marks, history.marks];
        """
    )
    # A dragged slider leaves one mark.
    assert marks == [[60], [60, 70], [60, 75], [60]]


def test_a_run_that_began_anew_meanwhile_is_drawn_from_its_beginning(modules: Modules) -> None:
    steps = modules.load(
        TWO_PARTS
        + """
        const rows = [10, 30, 60].flatMap((step) => [step, 1, 1, 1, 1]);
        const arrays = { history: { data: new Float32Array(rows) } };
        history.add({ meta: { step: 60 }, arrays, spec: spec("circle") });
        return history.series.step;
        """
    )
    assert steps == [10, 30, 60]


def test_a_run_that_a_server_lost_some_steps_of_keeps_its_curve(modules: Modules) -> None:
    """Another run that begins earlier does not."""
    seen = modules.load(
        TWO_PARTS
        + """
        history.resume();
        history.add({ meta: { step: 40 }, arrays: {}, spec: spec("circle") });
        const kept = history.series.step.at(-1);
        train(spec("circle"), 41, 45, 100);
        const steps = [...history.series.step];
        history.add({ meta: { step: 30 }, arrays: {}, spec: spec("circle") });
        return [kept, steps, [...history.series.step]];
        """
    )
    assert seen[0] == 40
    assert seen[1] == [*range(1, 46)]
    assert 45 not in seen[2]
    assert 1 not in seen[2]


def test_validation_has_a_curve_where_it_was_measured(modules: Modules) -> None:
    """The gap is shaded up to it once it is known for the whole part that is drawn."""
    seen = modules.load(
        TWO_PARTS
        + """
        const { LOSS, SCORE, curveParts, curveTraces } = await import("plot/curve-figure");
        const now = { wholeRun: false, recalled: null };
        const names = () => curveParts(viewOf(history, now).series, LOSS);
        const seen = [names()];
        const data = { name: "circle", points: null, validation_fraction: 0.2 };
        const split = { data, loss: null };
        change(split, 50, 5000);
        for (let step = 51; step <= 54; step += 1) {
          const rows = new Float32Array([step, 1, 3, 0.9, 0.7]);
          const validation = new Float32Array([step, 2, 0.75]);
          const arrays = { history: { data: rows }, validation_history: { data: validation } };
          history.add({ meta: { step }, arrays, spec: split });
        }
        const { series } = viewOf(history, now);
        const traces = curveTraces(series, SCORE, { press: "blue", ink: "black", gap: "pale" });
        seen.push(names(), curveParts(history.series, LOSS), series.validationLoss,
          traces.map(({ y, fill }) => [y[0].toFixed(2), fill ?? null]));
        return seen;
        """
    )
    assert seen[:3] == [
        ["train", "test"], ["train", "validation", "test"], ["train", "test", "validation"],
    ]  # fmt: skip
    assert seen[3:] == [[2, 2, 2, 2], [["0.90", None], ["0.75", "tonexty"], ["0.70", None]]]


def test_a_run_that_is_first_seen_later_begins_with_its_validation_loss(modules: Modules) -> None:
    row = modules.load(
        """const { createHistory } = await import("run/history");
           const history = createHistory();
           const meta = { step: 9, train_loss: 1, test_loss: 3, validation_loss: 2,
             train_accuracy: 0.9, test_accuracy: 0.7, validation_accuracy: 0.8 };
           history.add({ meta, arrays: {}, spec: { data: {}, loss: null } });
           return Object.values(history.series).flat();"""
    )
    assert row == [9, 1, 3, 0.9, 0.7, 2, 0.8]


def test_a_curve_begins_at_the_loss_of_the_weights_that_were_set_before(modules: Modules) -> None:
    losses = modules.load(
        """const { createHistory } = await import("run/history");
           const history = createHistory();
           const at = (step, loss, rows = []) => history.add({
             meta: { step, train_loss: loss, test_loss: loss },
             arrays: { history: { data: new Float32Array(rows) } },
             spec: { data: {}, loss: null } });
           at(0, 3);
           at(0, 2.5);
           at(0, 2.5);
           const editions = history.edition;
           at(1, 2, [1, 2, 2, 0, 0]);
           return [history.series.trainLoss, history.edition - editions];"""
    )
    assert losses == [[2.5, 2], 0]


def test_the_best_epoch_stays_marked_until_the_run_goes_on(modules: Modules) -> None:
    seen = modules.load(
        TWO_PARTS
        + """
        const frame = (step, more) => {
          const arrays = { history: { data: new Float32Array([step, 1, 1, 1, 1]) } };
          history.add({ meta: { step, ...more }, arrays, spec: spec("circle") });
        };
        const best = { best_step: 52, best_epoch: 2 };
        const seen = [];
        frame(60, best);
        const view = viewOf(history, { wholeRun: true, recalled: null });
        seen.push(history.best, namedBreaks(view).map(({ step, late }) => [step, late]));
        history.add({ meta: { step: 60 }, arrays: {}, spec: spec("circle") });
        seen.push(history.best);
        frame(61, {});
        seen.push(history.best);
        return seen;
        """
    )
    best = {"step": 52, "epoch": 2}
    assert seen == [best, [[52, True]], best, None]
