"""Registries: order, names, and what may still be registered."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.base.registry import Registry
from engine.functions.heads import HEADS


@dataclass(frozen=True)
class Entry:
    name: str


def make(*names: str) -> Registry[Entry]:
    registry: Registry[Entry] = Registry("thing")
    registry.register(*map(Entry, names))
    return registry


def test_entries_stand_in_the_order_of_their_registration() -> None:
    registry = make("b", "a")
    registry.register(Entry("c"))
    assert registry.names == tuple(registry) == ("b", "a", "c")
    assert [registry.index(name) for name in registry] == [0, 1, 2]
    assert registry["a"] == Entry("a")
    assert registry.table == (Entry("b"), Entry("a"), Entry("c"))


@pytest.mark.parametrize("name", ["", "A", "two words", "a-b", "1st", "x" * 41])
def test_a_name_is_a_lower_case_word(name: str) -> None:
    with pytest.raises(ValueError, match="is no name for thing"):
        make(name)


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="thing 'a' is there already"):
        make("a", "b", "a")


def test_nothing_is_registered_behind_a_program_s_back() -> None:
    registry = make("a")
    assert registry.table
    with pytest.raises(RuntimeError, match="comes after the first program"):
        registry.register(Entry("b"))


def test_heads_stand_in_the_order_that_programs_and_files_know() -> None:
    assert [(head.task, head.loss, head.activation) for head in HEADS[:10]] == [
        ("binary", "binary_crossentropy", "sigmoid"),
        ("binary", "mean_squared_error", "tanh"),
        ("binary", "mean_absolute_error", "tanh"),
        ("binary", "huber", "tanh"),
        ("binary", "hinge", "linear"),
        ("multiclass", "categorical_crossentropy", "softmax"),
        ("multiclass", "mean_squared_error", "softmax"),
        ("regression", "mean_squared_error", "linear"),
        ("regression", "mean_absolute_error", "linear"),
        ("regression", "huber", "linear"),
    ]
