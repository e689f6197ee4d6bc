"""Membership: the session servers of a cluster at one time, and what each of them has to do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from app.cluster.rendezvous import choose_owner, draw_token, is_owner
from app.hosting.ownership import MovedError
from app.sessions.tokens import find_key

#: Room for a large frame in the buffers of a connection between a session server and a front.
FRAME_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Member:
    """A session server.

    Attributes:
        name: by which keys are hashed; never used again.
        host: address that fronts connect to.
        port: the same.
        process: its process id.
        machine: the Ray node that it runs on.
    """

    name: str
    host: str
    port: int
    process: int
    machine: str


@dataclass(frozen=True)
class Membership:
    """The session servers that keys are divided among.

    Attributes:
        version: a later one is larger.
        members: the servers.
    """

    version: int = 0
    members: tuple[Member, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The servers' names."""
        return tuple(member.name for member in self.members)

    def find_owner(self, token: str) -> Member | None:
        """Returns the server of a session, by its token or watch token; None if there is none."""
        owner = choose_owner(find_key(token), self.names)
        return next((member for member in self.members if member.name == owner), None)


@dataclass(frozen=True, slots=True)
class Load:
    """What a session server has to do.

    Attributes:
        sessions: that it has.
        places: how many it may have.
        ready: whether its first capacity is compiled.
        opened: sessions that have begun there so far.
    """

    sessions: int = 0
    places: int = 0
    ready: bool = False
    opened: int = 0


@dataclass(frozen=True)
class ClusterState:
    """What fronts are told: who has which keys, and who has room.

    Attributes:
        membership: the servers that have keys.
        loads: of them, by name.
    """

    membership: Membership = field(default_factory=Membership)
    loads: dict[str, Load] = field(default_factory=dict)


class FixedOwnership:
    """Ownership of one of several servers that are the same for ever.

    Args:
        name: of the server.
        names: of all of them.
    """

    def __init__(self, name: str, names: Collection[str]) -> None:
        self._name, self._names = name, names

    def owns(self, token: str) -> bool:
        """Whether a session belongs to this server."""
        return is_owner(self._name, find_key(token), self._names)

    def make_token(self) -> str:
        """Returns the token of a new session."""
        return draw_token(self._name, self._names)


class ClusterOwnership:
    """Ownership of one session server: the keys that the membership gives it.

    Args:
        name: of the server. Without a membership it has no keys.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.membership = Membership()

    def owns(self, token: str) -> bool:
        """Whether a session belongs to this server."""
        return is_owner(self._name, find_key(token), self.membership.names)

    def make_token(self) -> str:
        """Returns the token of a new session.

        Raises:
            MovedError: this server may have no sessions.
        """
        try:
            return draw_token(self._name, self.membership.names)
        except ValueError:
            raise MovedError from None
