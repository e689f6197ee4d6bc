"""Check of a lesson on the real engine: states load, and goals are reached by their hints alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from app.lessons.errors import LessonError
from app.lessons.lesson import Lesson
from app.lessons.library import OWN, Library
from engine import Programs, Trainer, merge_patch, parse_goal, parse_spec

Content = dict[str, Any]
#: Epochs that a goal without a limit is trained, at most.
MOST_EPOCHS = 500


@dataclass(slots=True)
class _State:
    """What a step begins with: a spec, and weights set by hand."""

    spec: Content
    weights: list[list[Any]]

    def make(self, programs: Programs | None) -> Trainer:
        """Returns the trainer; a state without weights begins as its seed draws them."""
        trainer = Trainer(parse_spec(self.spec), programs)
        for layer, source, to, value in self.weights:
            trainer.set_weight(layer, source, to, value)
        return trainer


def check_lesson(lesson: Lesson, programs: Programs | None = None) -> list[str]:
    """Returns what is wrong with a lesson that can be read, a line each.

    Args:
        lesson: the lesson.
        programs: where compiled programs come from; shared ones if None.
    """
    wrong: list[str] = []
    state = _State({}, [])
    kinds = {block["kind"] for step in lesson.steps for block in step["blocks"]}
    for kind in {"goal", "predict"} - kinds:
        wrong.append(f"line 1: a lesson has at least one {kind}")
    for step in lesson.steps:
        blocks = {block["kind"]: block for block in step["blocks"]}
        if "state" in blocks:
            state = _State(blocks["state"]["spec"], blocks["state"]["weights"])
        place = f"line {step['line']}"
        try:
            state.make(programs)
            wrong += [f"{place}: {text}" for text in _check_step(state, blocks, programs)]
        except ValueError as error:
            wrong.append(f"{place}: {error}")
    return wrong


def _check_step(state: _State, blocks: Content, programs: Programs | None) -> list[str]:
    if "predict" in blocks:
        _change(state, blocks["predict"]).make(programs)
    if "goal" not in blocks:
        return []
    text = blocks["goal"]["goal"]["text"]
    if _reaches(state, text, programs):
        return ["the goal is reached without doing anything"]
    if "hint" not in blocks:
        return ["a goal has a hint that reaches it"]
    if not _reaches(_change(state, blocks["hint"]), text, programs):
        return ["the hint does not reach the goal"]
    return []


def _change(state: _State, block: Content) -> _State:
    spec = merge_patch(state.spec, block["edit"]) if block["edit"] else state.spec
    return _State(spec, [*state.weights, *block["weights"]])


def _reaches(state: _State, text: str, programs: Programs | None) -> bool:
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
        trainer.train(epochs=1)
    return goal.judge(trainer.spec, trainer.metrics).holds


def main() -> int:
    """Checks all lessons in both languages; prints what is wrong."""
    library, wrong = Library(OWN), 0
    for name in library.names():
        for language in ("en", "ko"):
            try:
                lesson = library.find(name, language)
                found = check_lesson(lesson) if lesson else ["line 1: not there"]
            except LessonError as error:
                found = [error.message]
            for text in found:
                print(f"lessons/{language}/{name}.md {text}")
            wrong += len(found)
            print(f"{language}/{name}: {'wrong' if found else 'fine'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
