"""Kubernetes' own events: what scheduler, kubelets and operators say of an object. The API server forgets them soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import EVENTS
from flink_chaos.model.text import LINE, cut

if TYPE_CHECKING:
    from flink_chaos.cluster.objects import Cluster


@dataclass(frozen=True)
class Event:
    """One event about the object `kind`/`name`, whose UID is `about`. One that is repeated only counts.

    Times are ms since the epoch.
    """

    uid: str
    kind: str
    name: str
    warning: bool
    reason: str
    message: str
    count: int
    first_ms: int
    last_ms: int
    about: str = ""


def events(cluster: Cluster, namespace: str) -> list[Event]:
    """Every event that the API server still keeps, oldest first. Raises ClusterError as `Cluster.list` does."""
    return sorted((event_of(item) for item in cluster.list(EVENTS, namespace)), key=lambda event: event.last_ms)


def event_of(item: dict[str, Any]) -> Event:
    """Read an event from the API's object: some reporters fill count and timestamps, others series and eventTime."""
    about, series = item.get("involvedObject") or {}, item.get("series") or {}
    made = item.get("eventTime") or item["metadata"].get("creationTimestamp")
    first, last = item.get("firstTimestamp") or made, series.get("lastObservedTime") or item.get("lastTimestamp")
    return Event(
        uid=item["metadata"]["uid"],
        kind=cut(about.get("kind", ""), LINE),
        name=cut(about.get("name", ""), LINE, name=True),
        warning=item.get("type") == "Warning",
        reason=cut(item.get("reason") or "", LINE),
        message=cut(item.get("message") or ""),
        count=series.get("count") or item.get("count") or 1,
        first_ms=_ms(first),
        last_ms=_ms(last or first),
        about=about.get("uid", ""),
    )


def _ms(text: str | None) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000) if text else 0
