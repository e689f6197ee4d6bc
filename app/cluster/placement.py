"""Placement: one session server for each core group or GPU of every machine that Ray has."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from app.cluster.membership import Member
from app.cluster.ray_library import NAMESPACE
from app.cluster.session_server import PlacedSessionServer
from app.web.settings import Settings

logger = logging.getLogger(__name__)

#: How names of actors that are session servers begin.
PREFIX = "sessions-"
#: Calls of a session server at one time.
_CALLS = 8

Resources = Mapping[str, float]


def count_servers(resources: Resources, cores: int) -> int:
    """Returns how many session servers a machine has: one for each GPU, else for each core group.

    Args:
        resources: of the machine, as Ray counts them.
        cores: of a core group.
    """
    return int(resources.get("GPU", 0)) or int(resources.get("CPU", 0) // cores)


class Placement:
    """Starts session servers where there are too few.

    Args:
        ray: the library.
        settings: of the servers; their `server_cores` are the size of a core group.
    """

    def __init__(self, ray: Any, settings: Settings) -> None:
        self._ray, self._settings = ray, settings
        self._coming: dict[Any, tuple[Any, str]] = {}

    def fill(self, machines: Mapping[str, Resources], taken: Iterable[str]) -> None:
        """Starts what is missing; nobody waits for it.

        Args:
            machines: the resources of those that are there, by Ray's name of them.
            taken: for each server that is there, or is to have no successor, its machine.
        """
        present = Counter(taken)
        present.update(machine for _, machine in self._coming.values())
        for machine, resources in machines.items():
            wanted = count_servers(resources, self._settings.server_cores)
            for _ in range(wanted - present[machine]):
                self._start(machine, resources)

    def _start(self, machine: str, resources: Resources) -> None:
        name, cores, gpus = PREFIX + uuid.uuid4().hex[:12], self._settings.server_cores, 0
        if resources.get("GPU"):
            gpus, cores = 1, max(1, int(resources["CPU"] // resources["GPU"]))
        address = next(
            node["NodeManagerAddress"] for node in self._ray.nodes() if node["NodeID"] == machine
        )
        settings = self._settings.model_copy(update={"host": address, "workers": cores})
        pinned = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        actor = (
            self._ray.remote(PlacedSessionServer)
            .options(
                name=name,
                namespace=NAMESPACE,
                # It outlives the directory, which takes it up again.
                lifetime="detached",
                num_cpus=cores,
                num_gpus=gpus,
                max_concurrency=_CALLS,
                scheduling_strategy=pinned(machine, soft=False),
            )
            .remote(name, settings, machine)
        )
        self._coming[actor.describe.remote()] = actor, machine

    def take_started(self) -> dict[str, tuple[Any, Member]]:
        """Returns the actors that have started since the last call, by name."""
        found = {}
        for asked in [*self._coming]:
            if not self._ray.wait([asked], timeout=0)[0]:
                continue
            actor, _ = self._coming.pop(asked)
            try:
                member, _ = self._ray.get(asked)
            except Exception:
                logger.exception("a session server did not start")
                continue
            found[member.name] = actor, member
        return found

    def find_running(self, seconds: float) -> dict[str, tuple[Any, Member, int]]:
        """Returns actors that a directory before this one has started, by name.

        Args:
            seconds: how long each may take to answer.

        Returns:
            The actor, what it is, and the version of the membership that it goes by.
        """
        found = {}
        for listed in self._ray.util.list_named_actors(all_namespaces=True):
            name = listed["name"]
            if listed["namespace"] != NAMESPACE or not name.startswith(PREFIX):
                continue
            try:
                actor = self._ray.get_actor(name, namespace=NAMESPACE)
                member, known = self._ray.get(actor.describe.remote(), timeout=seconds)
            except Exception:
                logger.warning("session server %s does not answer", name)
                continue
            found[name] = actor, member, known.version
        return found
