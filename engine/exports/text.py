"""Formatting of generated source, as ruff would format it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.functions.code import OptimizerCall, Rates, fill

#: Length of a line, ruff's default.
WIDTH = 88
_INDENT = "    "


def write_number(value: float) -> str:
    """Writes a number as a person would: 0.03, 1e-7, 10."""
    text = repr(value)
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else text


def write_call(name: str, arguments: Sequence[str], indent: int = 0, room: int = 0) -> str:
    """Writes a call on one line, or with one argument a line where that is too long.

    Args:
        name: what is called.
        arguments: as source.
        indent: levels that the line is indented by.
        room: characters that the line needs for what stands around the call.
    """
    return _enclose(f"{name}(", arguments, ")", indent, room)


def write_rates(rates: Rates) -> dict[str, str]:
    """Writes rates as a template's holes are filled with."""
    return {name: write_number(value) for name, value in rates.items()}


def write_arguments(call: OptimizerCall, rates: Rates) -> list[str]:
    """Writes the arguments of an optimizer's call."""
    written = write_rates(rates)
    return [fill(argument, written) for argument in call.list_arguments(rates)]


def write_list(items: Sequence[str], indent: int = 0, room: int = 0) -> str:
    """Writes a list; see `write_call`."""
    return _enclose("[", items, "]", indent, room)


def _enclose(head: str, items: Sequence[str], tail: str, indent: int, room: int) -> str:
    line = f"{head}{', '.join(items)}{tail}"
    if len(_INDENT) * indent + room + len(line) <= WIDTH:
        return line
    lines = [f"{_INDENT * (indent + 1)}{item},\n" for item in items]
    return f"{head}\n{''.join(lines)}{_INDENT * indent}{tail}"


def write_table(name: str, pairs: dict[str, str]) -> str:
    """Writes a dict of strings to source, one entry a line."""
    lines = [f'{_INDENT}"{key}": {value},\n' for key, value in pairs.items()]
    return f"{name} = {{\n{''.join(lines)}}}"


def write_names(name: str, names: Sequence[str]) -> str:
    """Writes a list of strings, one a line."""
    lines = [f'{_INDENT}"{item}",\n' for item in names]
    return f"{name} = [\n{''.join(lines)}]"


def write_block(name: str, text: str) -> str:
    """Writes a string of many lines."""
    lines = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    return f'{name} = """\n' + "\n".join(lines) + '\n"""'


def indent_lines(text: str, levels: int = 1) -> str:
    """Indents every line that is not empty."""
    pad = _INDENT * levels
    return "\n".join(pad + line if line else line for line in text.split("\n"))


def join_chunks(chunks: Sequence[str]) -> str:
    """Puts top-level pieces of source one below the other."""
    return "\n\n\n".join(chunk for chunk in chunks if chunk)
