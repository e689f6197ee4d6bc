"""Names of test cases: never made of the content of bytes."""

from __future__ import annotations


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names bytes by their parameter; pytest numbers equal names.

    Compressed or drawn bytes differ from process to process, so as names they would make xdist's
    workers collect different tests; and hundreds of escapes are no name that can be typed.
    """
    return argname if isinstance(val, bytes) else None
