"""How many sessions each client may begin in a minute."""

from __future__ import annotations

from app.limits.client_shares import ClientShares


class SessionRateError(Exception):
    """A client has begun too many sessions; its text is one sentence for a person.

    Args:
        seconds: after which the next one may begin.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many new sessions from this address; try again in {seconds} s")
        self.seconds = seconds


class SessionRates:
    """New sessions of each client; this machine itself may begin any number.

    Whoever begins one session after the other has the sessions of lost clients make way.

    Args:
        per_minute: the share of one client.
    """

    def __init__(self, per_minute: int) -> None:
        self._shares = ClientShares(per_minute)

    def charge(self, client: str) -> None:
        """Counts a session.

        Raises:
            SessionRateError: it is one too many.
        """
        if not _is_this_machine(client) and (seconds := self._shares.charge(client)):
            raise SessionRateError(seconds)


def _is_this_machine(client: str) -> bool:
    # All of 127/8, and the network that ::1 is counted under.
    return client.startswith("127.") or client == "::/64"
