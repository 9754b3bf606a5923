"""How far the tasks of a KafkaSource have read, by the names and values of their metrics."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flink_chaos.flink.answers import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

POSITION = re.compile(r"(?:^|\.)KafkaSourceReader\.topic\.(?P<topic>.+)\.partition\.(?P<partition>\d+)\.currentOffset$")
"""The offset of the last record that a task has taken; -1 while it has taken none since it started."""

REQUEST_BYTES = 2_500
"""Flink's server refuses a first line of more than 4,096."""

NOT_IN_NAMES = re.compile(r"[ .:,]")
"""Flink puts `_` in their place, in each part of a metric's name."""

Positions = dict[int, int]
"""Partition -> offset of the next record to be read."""


def topic_name(topic: str) -> str:
    """The topic as metrics spell it."""
    return NOT_IN_NAMES.sub("_", topic)


def position_names(names: Iterable[str]) -> list[str]:
    """Those of the metrics that tell how far a partition is read."""
    return [name for name in names if POSITION.search(name)]


def topics_in(names: Iterable[str]) -> set[str]:
    """Topics that are read, as metrics spell them."""
    return {found["topic"] for name in names if (found := POSITION.search(name))}


def positions_of(topic: str, told: Iterable[dict[str, Any]]) -> Positions:
    """Next offset of each partition of the topic, of which a record was taken.

    A partition that moved to another task is told by both until the old one's value is forgotten: the lower one counts.
    """
    found: Positions = {}
    for metric in told:
        match, value = POSITION.search(str(metric.get("id"))), number(metric, "min")
        if match and match["topic"] == topic_name(topic) and math.isfinite(value):
            partition, following = int(match["partition"]), int(value) + 1
            found[partition] = min(following, found.get(partition, following))
    return {partition: following for partition, following in found.items() if following > 0}


def portions(names: Sequence[str]) -> Iterator[list[str]]:
    """The names in lists that each fit into one request."""
    portion: list[str] = []
    for name in names:
        if portion and len(quote(",".join([*portion, name]), safe="")) > REQUEST_BYTES:
            yield portion
            portion = []
        portion.append(name)
    if portion:
        yield portion
