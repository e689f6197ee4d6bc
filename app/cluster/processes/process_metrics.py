"""Metrics of a machine's processes of sessions, as one scrape of their front."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection, HTTPException

from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from app.cluster.membership import Member

logger = logging.getLogger(__name__)

#: How long one of them may take to answer.
ANSWER_SECONDS = 2.0
_LABEL = "server"


def read_metrics(members: Iterable[Member], token: str | None) -> Iterator[Metric]:
    """Yields the families of processes, one that does not answer left out.

    A sample is told from that of another process by the label `server`. Families of the process
    itself begin with `livenet_process_`, since a scrape has `process_` of the front.

    Args:
        members: the processes.
        token: of the operator; None if there is none.
    """
    for member in members:
        try:
            text = _read(member, token)
        except (OSError, HTTPException) as error:
            logger.warning("metrics of %s: %s", member.name, type(error).__name__)
            continue
        for family in text_string_to_metric_families(text):
            prefix = "livenet_" if family.name.startswith("process_") else ""
            metric = Metric(prefix + family.name, family.documentation, family.type)
            for sample in family.samples:
                labels = {**sample.labels, _LABEL: member.name}
                metric.add_sample(prefix + sample.name, labels, sample.value)
            yield metric


def _read(member: Member, token: str | None) -> str:
    connection = HTTPConnection(member.host, member.port, timeout=ANSWER_SECONDS)
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", "/metrics", headers=headers)
        answer = connection.getresponse()
        content = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200:
        raise ConnectionError(answer.status)
    return content
