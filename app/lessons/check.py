"""Check of a lesson on the real engine: states load, and goals are reached by their hints alone.

Reading all states takes milliseconds; training towards the goals takes seconds for each of them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

from app.lessons.errors import LessonError
from app.lessons.lesson import Lesson
from app.lessons.library import OWN, Library
from engine import DivergedError, Programs, Trainer, merge_patch, parse_goal, parse_spec

Content = dict[str, Any]
#: Epochs that a goal without a limit is trained, at most.
MOST_EPOCHS = 500


@dataclass(slots=True)
class LessonState:
    """What a step begins with: a spec and weights set by hand, then a change of both."""

    spec: Content
    weights: list[list[Any]]
    change: Content | None = None

    def make(self, programs: Programs | None) -> Trainer:
        """Returns the trainer; a state without weights begins as its seed draws them."""
        trainer = Trainer(parse_spec(self.spec), programs)
        _set_weights(trainer, self.weights)
        if self.change is not None:
            trainer.edit(self.change["edit"] or {})
            _set_weights(trainer, self.change["weights"])
        return trainer


#: What a block has besides its words: equal in all languages of a lesson.
_WORDLESS = (
    "kind", "spec", "weights", "edit", "fails", "panels", "controls", "point", "speed", "race",
    "number", "draw", "mark", "epochs",
)  # fmt: skip


def outline(lesson: Lesson) -> list[list[Content]]:
    """Returns for each step its blocks without their words and without prose."""
    return [
        [
            {key: block[key] for key in _WORDLESS if key in block}
            | {"goal": block["goal"]["text"] if "goal" in block else None}
            | {"right": [choice["right"] for choice in block.get("choices", ())]}
            for block in step["blocks"]
            if block["kind"] != "prose"
        ]
        for step in lesson.steps
    ]


def check_lesson(
    lesson: Lesson, programs: Programs | None = None, *, training: bool = True
) -> list[str]:
    """Returns what is wrong with a lesson that can be read, a line each.

    Args:
        lesson: the lesson.
        programs: where compiled programs come from; shared ones if None.
        training: whether goals are trained for; otherwise only states and edits are made.
    """
    wrong: list[str] = []
    state = LessonState({}, [])
    kinds = {block["kind"] for step in lesson.steps for block in step["blocks"]}
    for kind in {"goal", "predict"} - kinds:
        wrong.append(f"line 1: a lesson has at least one {kind}")
    for step in lesson.steps:
        blocks = {block["kind"]: block for block in step["blocks"]}
        if "state" in blocks:
            state = LessonState(blocks["state"]["spec"], blocks["state"]["weights"])
        place = f"line {step['line']}"
        try:
            _make_all(state, blocks, programs)
            if training and "goal" in blocks:
                wrong += [f"{place}: {text}" for text in _check_goal(state, blocks, programs)]
        except ValueError as error:
            wrong.append(f"{place}: {error}")
    return wrong


def list_solved(lesson: Lesson) -> list[LessonState]:
    """Returns for each goal the state of its step as its hint changes it."""
    solved: list[LessonState] = []
    state = LessonState({}, [])
    for step in lesson.steps:
        blocks = {block["kind"]: block for block in step["blocks"]}
        if "state" in blocks:
            state = LessonState(blocks["state"]["spec"], blocks["state"]["weights"])
        if {"goal", "hint"} <= blocks.keys():
            solved.append(_change(state, blocks["hint"]))
    return solved


def _make_all(state: LessonState, blocks: Content, programs: Programs | None) -> None:
    """Makes the state of a step, and what its prediction, hint and warnings make of it."""
    state.make(programs)
    for kind in ("predict", "hint"):
        if kind in blocks:
            _change(state, blocks[kind]).make(programs)
    for edit in blocks.get("goal", {}).get("fails", ()):
        LessonState(merge_patch(state.spec, edit), state.weights).make(programs)


def _check_goal(state: LessonState, blocks: Content, programs: Programs | None) -> list[str]:
    text = blocks["goal"]["goal"]["text"]
    if _reaches(state, text, programs):
        return ["the goal is reached without doing anything"]
    if "hint" not in blocks:
        return ["a goal has a hint that reaches it"]
    wrong = []
    if not _reaches(_change(state, blocks["hint"]), text, programs):
        wrong.append("the hint does not reach the goal")
    for edit in blocks["goal"]["fails"]:
        if _reaches(LessonState(merge_patch(state.spec, edit), state.weights), text, programs):
            wrong.append(f"the goal is reached in spite of fails: {json.dumps(edit)}")
    return wrong


def _change(state: LessonState, block: Content) -> LessonState:
    """What the page makes of a state when a hint or a prediction is tried."""
    return LessonState(state.spec, state.weights, block)


def _set_weights(trainer: Trainer, weights: list[list[Any]]) -> None:
    for layer, source, to, value in weights:
        trainer.set_weight(layer, source, to, value)


def _reaches(state: LessonState, text: str, programs: Programs | None) -> bool:
    """Whether a run or its seeds reach a goal by training alone."""
    goal = parse_goal(text)
    trainer = state.make(programs)
    if goal.seeds is not None:
        check = trainer.begin_seed_check(goal)
        while not check.done:
            check.advance(1.0)
        return check.holds
    for _ in range(goal.within or MOST_EPOCHS):
        if goal.judge(trainer.spec, trainer.metrics).holds:
            return True
        try:
            trainer.train(epochs=1)
        except DivergedError:
            return False
    return goal.judge(trainer.spec, trainer.metrics).holds


def main() -> int:
    """Checks all lessons in both languages; prints what is wrong.

    What has the same states, goals and edits in a second language is not trained again.
    """
    library, programs, wrong = Library(OWN), Programs.offline(), 0
    for name in library.names():
        trained: list[list[list[Content]]] = []
        for language in ("en", "ko"):
            found = _check_file(library, name, language, trained, programs)
            for text in found:
                print(f"lessons/{language}/{name}.md {text}")
            wrong += len(found)
            print(f"{language}/{name}: {'wrong' if found else 'fine'}", flush=True)
    return 1 if wrong else 0


def _check_file(
    library: Library,
    name: str,
    language: str,
    trained: list[list[list[Content]]],
    programs: Programs,
) -> list[str]:
    if not (OWN / language / f"{name}.md").is_file():
        return ["line 1: not there"]
    try:
        lesson = library.find(name, language)
    except LessonError as error:
        return [error.message]
    assert lesson is not None
    known = outline(lesson)
    found = check_lesson(lesson, programs, training=known not in trained)
    trained.append(known)
    return found


if __name__ == "__main__":
    sys.exit(main())
