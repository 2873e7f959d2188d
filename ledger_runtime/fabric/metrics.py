"""What the processes of a network of this machine say of their own work: durations, as Prometheus is told them on loopback."""

from __future__ import annotations

import http.client
from collections.abc import Iterable

from ledger_runtime.errors import FabricFailed
from ledger_runtime.fabric.layout import HOST
from ledger_runtime.fabric.raising import shortened
from ledger_runtime.fabric.records import Record

PATIENCE_S = 10

Durations = dict[str, tuple[float, float]]  # by name: seconds in all, and how many


def durations(record: Record, process: str, names: Iterable[str]) -> Durations:
    """Of one process, so far, on the channel.  Raises FabricFailed when it does not tell, or not these."""
    found = totals(_said(record.ports[f"{process}/health"]))
    try:
        return {name: (found[f"{name}_sum"], found[f"{name}_count"]) for name in names}
    except KeyError as missing:
        raise FabricFailed(f"{process} tells no {missing.args[0]}") from None


def _said(port: int) -> str:
    asked = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
    try:
        asked.request("GET", "/metrics")
        answer = asked.getresponse()
        text = answer.read().decode(errors="replace")
        if answer.status != 200:
            raise FabricFailed(f"port {port} answers {answer.status} when asked for metrics: {shortened(text)}")
        return text
    except (OSError, http.client.HTTPException) as error:
        raise FabricFailed(f"port {port} does not answer when asked for metrics: {error}") from None
    finally:
        asked.close()


def totals(text: str) -> dict[str, float]:
    """Every metric by name, its labels added up."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            labelled, _, value = line.rpartition(" ")
            name = labelled.partition("{")[0]
            found[name] = found.get(name, 0.0) + float(value)
    return found


def mean_between(before: Durations, after: Durations, name: str) -> float:
    """Seconds, mean, of what was done between two times.  Raises FabricFailed when that was nothing."""
    seconds, count = (later - earlier for earlier, later in zip(before[name], after[name], strict=True))
    if count <= 0:
        raise FabricFailed(f"{name}: nothing was done between two times")
    return seconds / count
