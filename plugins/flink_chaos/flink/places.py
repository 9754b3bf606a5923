"""Where a table of Flink SQL is, as its options say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NOWHERE = ("print", "blackhole")
"""Connectors that write to nothing that anybody reads."""

PLACES = {"kafka": "topic", "upsert-kafka": "topic", "filesystem": "path"}
"""Connectors of which it is known which option says where they write."""

SERVERS = "properties.bootstrap.servers"


def foreign_place(options: Mapping[str, str], own: str, servers: str) -> str:
    """Where a table with these options is, if that is not surely the run's own place; empty otherwise.

    :param own: topic or folder that the run may write.
    :param servers: brokers on which a topic is the run's.
    """
    connector = options.get("connector", "")
    if connector in NOWHERE:
        return ""
    place = PLACES.get(connector)
    if place is None or place not in options or "topic-pattern" in options:
        return connector or "a place that the script does not name"
    if options[place] != own:
        return f"{place} {options[place]}"
    told = options.get(SERVERS, servers)
    return f"{place} {own} of {told}" if place == "topic" and told != servers else ""
