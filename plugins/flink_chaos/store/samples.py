"""What the observer saw, in parts of some seconds: <attempt>/samples/<time>-<writer>.jsonl, written whole or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.observation import SEEN, Observation, Seen
from flink_chaos.store.records import numbered, parsed, parts, write_new

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from upath import UPath

    from flink_chaos.store.records import Attempt

SAMPLES = "samples"


def append_part(attempt: Attempt, part: Sequence[Seen]) -> None:
    """Store a part; nothing for none."""
    if part:
        lines = "".join(one.model_dump_json(by_alias=True, exclude_none=True) + "\n" for one in part)
        write_new(attempt.folder / SAMPLES / f"{numbered()}.jsonl", lines)


def observation(attempt: Attempt, newest: int | None = None) -> Observation:
    """All parts of an attempt, or so many; empty where nobody observed. Raises StoreError for a damaged part."""
    found = parts(attempt.folder / SAMPLES, "*.jsonl")[-(newest or 0) :]
    return Observation(line for part in found for line in _lines(part))


def is_observed(attempt: Attempt) -> bool:
    """Whether anybody stored a part; without reading one."""
    return (attempt.folder / SAMPLES).exists()


def _lines(part: UPath) -> Iterator[Seen]:
    for line in part.read_text().splitlines():
        yield parsed(part, line, SEEN.validate_json)
