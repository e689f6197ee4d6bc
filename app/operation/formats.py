"""Numbers as the status page shows them."""

from __future__ import annotations

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def format_count(count: int) -> str:
    """Returns a number with its thousands apart."""
    return f"{count:,}".replace(",", "\u202f")


def format_bytes(n_bytes: int) -> str:
    """Returns bytes in the largest unit that gives at least one."""
    size = float(n_bytes)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def format_span(seconds: float) -> str:
    """Returns days, hours and minutes; seconds below a minute."""
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    days, rest = divmod(whole, _DAY)
    text = f"{rest // _HOUR}:{rest % _HOUR // _MINUTE:02d} h"
    return f"{days} d {text}" if days else text
