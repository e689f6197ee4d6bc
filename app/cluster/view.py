"""Interface of a front to the session servers: who has which keys, and who has room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from prometheus_client.core import Metric

from app.cluster.membership import ClusterState, Member
from app.cluster.processes.passed_streams import PassedStream


class View(Protocol):
    """What a front knows of session servers, whoever places them."""

    @property
    def state(self) -> ClusterState:
        """The servers that are there, and what they have to do."""
        ...

    @property
    def ready(self) -> bool:
        """Whether some server has the first capacity compiled."""
        ...

    def find_owner(self, token: str) -> Member | None:
        """Returns the server of a session; None if there is none now."""
        ...

    def choose_for_new(self) -> Member | None:
        """Returns a server for a new session; None if there is none now."""
        ...

    def wait_for_change(self, version: int, seconds: float) -> None:
        """Waits until another membership is known than that of a version, or for a while."""
        ...

    def hurry(self) -> None:
        """Has the servers looked at, since one takes no connections."""
        ...

    def pass_stream(self, member: Member, stream: PassedStream) -> bool:
        """Gives a WebSocket to a server; False where its bytes have to be relayed."""
        ...

    def read_metrics(self) -> Iterable[Metric]:
        """Yields metrics of the servers, where the front is scraped for them, too."""
        ...

    def close(self) -> None:
        """Ends what belongs to the front."""
        ...
