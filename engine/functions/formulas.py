"""Formulas as expression trees, for who computes them in another language."""

from __future__ import annotations

import ast
from typing import TypeAlias

#: A variable, a number, or an operation and its operands: `["*", "x1", ["sin", "x2"]]`.
Formula: TypeAlias = "str | float | list[Formula]"

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}


def parse_formula(code: str) -> Formula:
    """Reads a formula.

    Args:
        code: a Python expression of variables, numbers, operators and functions of `np`.

    Raises:
        ValueError: it contains anything else.
    """
    return _read(ast.parse(code, mode="eval").body)


def _read(node: ast.expr) -> Formula:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            return [_OPERATORS[type(op)], _read(left), _read(right)]
        case ast.UnaryOp(ast.USub(), operand):
            return ["-", 0, _read(operand)]
        case ast.Call(ast.Attribute(ast.Name("np"), name), args, []):
            return [name, *map(_read, args)]
    raise ValueError(f"not part of a formula: {ast.unparse(node)}")
