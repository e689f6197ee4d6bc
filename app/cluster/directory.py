"""Directory: the actor that watches session servers and says which of them has which keys."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

from app.cluster.health import HealthChecks
from app.cluster.membership import ClusterState, Load, Member, Membership
from app.cluster.placement import Placement
from app.cluster.ray_library import load_ray
from app.server.logs import set_up_logs
from app.web.settings import Settings

logger = logging.getLogger(__name__)

#: How often servers are looked at (rarer where there are many), and asked what they have to do.
LOOK_SECONDS, LOOK_SECONDS_EACH = 0.25, 0.005
MEASURE_LOOKS = 4
#: How long servers may take to answer, to give sessions up, and to end.
ANSWER_SECONDS = 3.0
MOVE_SECONDS = 10.0
STOP_SECONDS = 8.0


class Directory:
    """Keeps one session server for each core group or GPU, and the membership.

    A server that comes gets its keys in three steps, so that no session is ever on two: the
    servers that lose some are told, save those sessions and close them; then the new one is
    told; then the fronts are. One that drains gives up all its keys in the same way before it
    ends. One that is gone is killed before others get its keys: it might only seem to be gone.

    Args:
        settings: of the session servers.
    """

    def __init__(self, settings: Settings) -> None:
        set_up_logs(settings.log_level, settings.log_format)
        self._ray = load_ray()
        # A front says whose request it is; limits of clients are counted by that.
        of_servers = {"port": 0, "trusted_proxies": 1, "cluster": None}
        self._placement = Placement(self._ray, settings.model_copy(update=of_servers))
        self._health = HealthChecks()
        self._changed = threading.Condition()
        self._actors: dict[str, Any] = {}
        #: Machines of servers that drain or have drained, by name.
        self._drained: dict[str, str] = {}
        self._hurried = self._closing = False
        found = self._placement.find_running(ANSWER_SECONDS)
        self._actors = {name: actor for name, (actor, _, _) in found.items()}
        version = max((version for _, _, version in found.values()), default=0)
        members = tuple(member for _, member, _ in found.values())
        loads = {member.name: Load() for member in members}
        self._state = ClusterState(Membership(version, members), loads)
        # Fronts that ask at once hear how much room there is.
        self._measure()
        self._thread = threading.Thread(target=self._run, name="directory", daemon=True)
        self._thread.start()

    def wait_for_change(self, version: int, seconds: float) -> ClusterState:
        """Returns the state once its membership is later than a version, or after a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._state.membership.version > version, seconds)
            return self._state

    def look_now(self) -> None:
        """Has servers looked at, since a front could not connect to one."""
        with self._changed:
            self._hurried = True
            self._changed.notify_all()

    def drain(self, name: str) -> bool:
        """Has a server give up its sessions and end; False if there is none of this name.

        Its core group gets no other server: who drains one takes the machine away afterwards.
        """
        with self._changed:
            for member in self._state.membership.members:
                if member.name == name:
                    self._drained[name] = member.machine
            self._hurried = True
            self._changed.notify_all()
            return name in self._drained

    def stop(self) -> None:
        """Ends all session servers; sessions are saved, and handed to their clients."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(STOP_SECONDS)
        self._end([*self._actors])

    def _run(self) -> None:
        looks = 0
        while not self._closing:
            try:
                self._look()
                if looks % MEASURE_LOOKS == 0:
                    self._measure()
            except Exception:
                logger.exception("looking after session servers failed")
            looks += 1
            with self._changed:
                rest = LOOK_SECONDS + LOOK_SECONDS_EACH * len(self._actors)
                self._changed.wait_for(lambda: self._hurried or self._closing, rest)
                self._hurried = False

    def _look(self) -> None:
        """Takes out servers that are gone or drain, and takes in those that have started."""
        members = self._state.membership.members
        machines = {n["NodeID"]: n["Resources"] for n in self._ray.nodes() if n["Alive"]}
        gone = self._health.find_gone(members, machines)
        for member in gone:
            logger.warning("session server %s is gone", member.name)
            self._ray.kill(self._actors.pop(member.name))
        draining = [m for m in members if m.name in self._drained and m not in gone]
        started = self._placement.take_started()
        self._actors |= {name: actor for name, (actor, _) in started.items()}
        if gone or draining or started:
            staying = [m for m in members if m not in gone and m not in draining]
            self._publish(staying, [member for _, member in started.values()], draining)
        self._end([member.name for member in draining])
        taken = [member.machine for member in self._state.membership.members]
        self._placement.fill(machines, [*taken, *self._drained.values()])

    def _publish(
        self, staying: Sequence[Member], coming: Sequence[Member], leaving: Sequence[Member]
    ) -> None:
        """Divides the keys anew: who loses some is told first, fronts are told last."""
        members = (*staying, *coming)
        membership = Membership(self._state.membership.version + 1, members)
        for group in ((*staying, *leaving), coming):
            self._ask(group, MOVE_SECONDS, lambda actor: actor.adopt.remote(membership))
        with self._changed:
            loads = {one.name: self._state.loads.get(one.name, Load()) for one in members}
            self._state = ClusterState(membership, loads)
            self._changed.notify_all()
        logger.info("session servers: %s", ", ".join(membership.names) or "none")

    def _measure(self) -> None:
        members = self._state.membership.members
        loads = self._ask(members, ANSWER_SECONDS, lambda actor: actor.measure.remote())
        with self._changed:
            known = {name: load for name, load in self._state.loads.items() if name not in loads}
            self._state = ClusterState(self._state.membership, known | loads)

    def _ask(self, members: Sequence[Member], seconds: float, call: Any) -> dict[str, Any]:
        """Calls servers and returns what they answer in time, by name."""
        asked = {call(self._actors[one.name]): one.name for one in members}
        if not asked:
            return {}
        done, late = self._ray.wait([*asked], num_returns=len(asked), timeout=seconds)
        answers = {}
        for one in done:
            try:
                answers[asked[one]] = self._ray.get(one)
            except Exception as error:
                logger.warning("session server %s failed: %s", asked[one], type(error).__name__)
        for one in late:
            logger.warning("session server %s is slow to answer", asked[one])
        return answers

    def _end(self, names: Sequence[str]) -> None:
        actors = [self._actors.pop(name) for name in names]
        asked = [actor.stop.remote() for actor in actors]
        if asked:
            self._ray.wait(asked, num_returns=len(asked), timeout=STOP_SECONDS)
        for actor in actors:
            self._ray.kill(actor)
