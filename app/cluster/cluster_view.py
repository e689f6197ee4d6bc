"""View of the cluster that a front has: who has which keys, and who has room for new sessions."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterable
from typing import Any

from prometheus_client.core import Metric

from app.cluster.directory import Directory
from app.cluster.membership import ClusterState, Load, Member
from app.cluster.processes.passed_streams import PassedStream
from app.cluster.ray_library import NAMESPACE, connect
from app.web.settings import Settings

logger = logging.getLogger(__name__)

_NAME = "directory"
#: Calls of the directory at one time: one for each front that waits for news, and some.
_CALLS = 256
#: How often loads are asked for; another membership is told at once.
NEWS_SECONDS = 1.0
#: How long the directory may take longer than it was asked to.
_PATIENCE = 5.0


def open_directory(ray: Any, settings: Settings) -> Any:
    """Returns the actor of the cluster's directory; starts it where there is none."""
    return (
        ray.remote(Directory)
        .options(
            name=_NAME,
            namespace=NAMESPACE,
            get_if_exists=True,
            lifetime="detached",
            num_cpus=0,
            # Beside Ray's own head, without which there is no cluster either.
            resources={"node:__internal_head__": 0.001},
            max_restarts=-1,
            # Who calls it while it is started again waits.
            max_task_retries=-1,
            max_concurrency=_CALLS,
        )
        .remote(settings)
    )


class ClusterView:
    """Follows the cluster's directory; the only state of a front, and not its own.

    Without the directory a front goes on with what it knows.

    Args:
        settings: `cluster` is the address of Ray's head.
    """

    def __init__(self, settings: Settings) -> None:
        assert settings.cluster is not None
        self._ray = connect(settings.cluster)
        self._settings = settings
        self._directory = open_directory(self._ray, settings)
        self._changed = threading.Condition()
        self._state = ClusterState()
        self._closing = False
        threading.Thread(target=self._follow, name="cluster", daemon=True).start()

    @property
    def state(self) -> ClusterState:
        """What was told last."""
        return self._state

    @property
    def ready(self) -> bool:
        """Whether some server has the first capacity compiled."""
        return any(load.ready for load in self._state.loads.values())

    def find_owner(self, token: str) -> Member | None:
        """Returns the server of a session; None while there are no servers."""
        return self._state.membership.find_owner(token)

    def choose_for_new(self) -> Member | None:
        """Returns a server for a new session, by chance, the more likely the more room it has."""
        state = self._state
        members = state.membership.members
        if not members:
            return None
        loads = [state.loads.get(member.name, Load()) for member in members]
        room = [max(0, load.places - load.sessions) for load in loads]
        return random.choices(members, room if any(room) else None)[0]

    def wait_for_change(self, version: int, seconds: float) -> None:
        """Waits until another membership is known than that of a version, or for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._state.membership.version > version, seconds)

    def hurry(self) -> None:
        """Has the directory look at the servers, since one takes no connections."""
        self._directory.look_now.remote()

    def pass_stream(self, member: Member, stream: PassedStream) -> bool:
        """Passes none: a session server may be on any machine, and bytes are relayed."""
        return False

    def read_metrics(self) -> Iterable[Metric]:
        """Yields none: there may be hundreds of session servers, which are scraped themselves."""
        return ()

    def close(self) -> None:
        """Stops following."""
        self._closing = True

    def _follow(self) -> None:
        while not self._closing:
            version = self._state.membership.version
            try:
                asked = self._directory.wait_for_change.remote(version, NEWS_SECONDS)
                state = self._ray.get(asked, timeout=NEWS_SECONDS + _PATIENCE)
            except Exception as error:
                if not self._closing:
                    logger.warning("the directory does not answer: %s", type(error).__name__)
                time.sleep(NEWS_SECONDS)
                continue
            with self._changed:
                self._state = state
                self._changed.notify_all()
