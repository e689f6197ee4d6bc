"""Health of session servers: which of them answer at the address that fronts connect to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException

from app.cluster.membership import Member

#: How long an answer may take.
ANSWER_SECONDS = 3.0
#: A server that has not answered so often in a row is gone.
FAILURES = 2
_AT_ONCE = 32


class HealthChecks:
    """Asks every session server for a sign of life, where sessions are served, not by Ray."""

    def __init__(self) -> None:
        self._failed: dict[str, int] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, "health")

    def find_gone(self, members: Sequence[Member], machines: Collection[str]) -> list[Member]:
        """Returns the servers that are gone.

        Args:
            members: the servers.
            machines: that Ray has.
        """
        answers = self._pool.map(answers_now, members)
        failed: dict[str, int] = {}
        for member, answered in zip(members, answers, strict=True):
            if member.machine not in machines:
                failed[member.name] = FAILURES
            elif not answered:
                failed[member.name] = self._failed.get(member.name, 0) + 1
        self._failed = failed
        return [one for one in members if failed.get(one.name, 0) >= FAILURES]


def answers_now(member: Member) -> bool:
    """Whether a session server answers."""
    connection = HTTPConnection(member.host, member.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True
