"""Inbox: bounded queue of a session's commands. Used under the session's lock."""

from __future__ import annotations

from collections import deque

from app.limits.budget import Account
from app.protocol.messages import Command

MAX_COMMANDS = 512


class Inbox:
    """A queue of commands, bounded in number and size.

    Args:
        max_bytes: how much the waiting commands may hold; a single one may hold more.
        account: that has to have room for them.
    """

    def __init__(self, max_bytes: int, account: Account) -> None:
        self._max_bytes = max_bytes
        self._account = account
        self._commands: deque[tuple[Command, int]] = deque()
        self._bytes = 0

    @property
    def first(self) -> Command | None:
        """The command that has waited longest."""
        return self._commands[0][0] if self._commands else None

    def add(self, command: Command, size: int) -> bool:
        """Queues a command; False if too much waits already.

        Args:
            command: what to do.
            size: bytes that it takes.
        """
        full = self._bytes + size > self._max_bytes and bool(self._commands)
        if full or len(self._commands) >= MAX_COMMANDS:
            return False
        if not self._account.try_hold(self, self._bytes + size):
            return False
        self._commands.append((command, size))
        self._bytes += size
        return True

    def take(self) -> tuple[Command, int]:
        """Returns the first command, which waits no more, and the bytes that it takes."""
        command, size = self._commands.popleft()
        self._bytes -= size
        self._account.hold(self, self._bytes)
        return command, size
