"""Optimistic edits: what is sent, what is shown meanwhile, and what waits for the answers."""

from __future__ import annotations

from typing import Any

from tests.page.node import Modules

#: Edits of a store over a connection that keeps what is sent; `paint` is the next animation frame.
MAKE = """
    const { createEdits } = await import("run/edits");
    const { createPageStore } = await import("run/page-store");
    let frames = [];
    globalThis.requestAnimationFrame = (call) => frames.push(call);
    globalThis.cancelAnimationFrame = (id) => delete frames[id - 1];
    const paint = () => {
      const due = frames;
      frames = [];
      due.forEach((call) => call());
    };
    const spec = { seed: 1, optimizer: { name: "sgd", learning_rate: 0.03 } };
    const store = createPageStore({ run: { spec, draft: spec } });
    const sent = [];
    const edits = createEdits({ store, send: (message) => sent.push(message) });
    const run = () => store.get().run;
    const answer = (patch) => {
      store.set({ run: { spec: { ...run().spec, ...patch } } });
      edits.settle();
    };
    const told = [];
    const tell = (name) => () => told.push(name);
"""


def run(modules: Modules, script: str) -> Any:
    return modules.load(MAKE + script)


def test_edits_of_one_animation_frame_are_one_message_with_the_last_values(
    modules: Modules,
) -> None:
    shown, before, sent = run(
        modules,
        """edits.edit({ seed: 2, optimizer: { learning_rate: 0.1 } });
           edits.edit({ optimizer: { name: "adam" } });
           edits.edit({ optimizer: { learning_rate: 0.2 } });
           const before = sent.length;
           const shown = run().draft;
           paint();
           return [shown, before, sent];""",
    )
    patch = {"seed": 2, "optimizer": {"learning_rate": 0.2, "name": "adam"}}
    assert shown == patch
    assert before == 0
    assert sent == [{"type": "edit", "patch": patch}]


def test_an_edit_with_an_origin_follows_those_before_it_at_once(modules: Modules) -> None:
    sent = run(
        modules,
        """edits.edit({ seed: 2 });
           edits.edit({ layers: [] }, []);
           paint();
           return sent;""",
    )
    assert [message["patch"] for message in sent] == [{"seed": 2}, {"layers": []}]
    assert "origin" in sent[1]


def test_what_is_shown_is_the_servers_once_all_is_answered(modules: Modules) -> None:
    seeds = run(
        modules,
        """const seeds = [];
           for (const seed of [2, 3]) {
             edits.edit({ seed });
             paint();
           }
           answer({ seed: 2 });
           seeds.push(run().draft.seed);
           edits.settle({ code: "invalid_spec" });
           seeds.push(run().draft.seed);
           return seeds;""",
    )
    assert seeds == [3, 2], "the hand's value until its answer, then what the server has"


def test_what_waits_for_edits_is_done_after_them_and_not_after_later_ones(
    modules: Modules,
) -> None:
    at_once, steps = run(
        modules,
        """edits.afterThese(tell("at once"), tell("left"));
           const before = [...told];
           edits.edit({ seed: 2 });
           paint();
           edits.edit({ seed: 3 });
           edits.afterThese(tell("run"), tell("left"));
           const back = edits.afterThese(tell("taken back"), tell("left"));
           back();
           edits.edit({ seed: 4 });
           paint();
           const steps = [2, 3, 4].map((seed) => {
             answer({ seed });
             return told.length - before.length;
           });
           return [before, steps];""",
    )
    assert at_once == ["at once"]
    assert steps == [0, 1, 1]


def test_a_refusal_gives_up_what_was_to_follow_edits_that_wait(modules: Modules) -> None:
    told, promised, after = run(
        modules,
        """edits.replace({ data: { name: "mnist" } }, { preset: "digits" });
           edits.wait();
           edits.afterThese(tell("run"), tell("left"));
           const { promised, pending } = run();
           edits.settle({ code: "data_unavailable" });
           return [told, [promised, pending.preset], run()];""",
    )
    assert promised == [True, "digits"]
    assert told == ["left"]
    assert (after["waiting"], after["pending"], after["preset"]) == (False, None, None)


def test_what_is_about_to_go_cannot_be_edited(modules: Modules) -> None:
    sent, message, left = run(
        modules,
        """edits.replace({ data: { name: "mnist" } });
           edits.wait();
           edits.edit({ seed: 2 });
           paint();
           const message = store.get().page.message;
           edits.editNow({ seed: 3 }, "stroke", null);
           return [sent, message, run().pending];""",
    )
    assert [one["type"] for one in sent] == ["edit", "undo", "edit"]
    assert sent[2] == {"type": "edit", "patch": {"seed": 3}, "group": "stroke"}
    assert message == {"key": "pending.refused"}
    assert left is None


def test_a_lost_connection_is_told_to_whoever_waits_for_an_answer(modules: Modules) -> None:
    told, draft, waiting = run(
        modules,
        """edits.editNow({ seed: 2 }, "stroke", (lost, error) => told.push([lost, error]));
           edits.edit({ seed: 3 });
           edits.afterThese(tell("run"), tell("left"));
           edits.edit({ seed: 4 });
           edits.forget();
           paint();
           const draft = run().draft.seed;
           edits.forget({ spec: { seed: 5 }, edits: 2 });
           const waiting = [run().waiting, run().pending.spec.seed];
           answer({ seed: 4 });
           answer({ seed: 5 });
           return [told, draft, [...waiting, run().waiting, run().pending, sent.length]];""",
    )
    assert told == [[True, None], "run"]
    assert draft == 1
    assert waiting == [True, 5, False, None, 2], "what was not sent yet never is"
