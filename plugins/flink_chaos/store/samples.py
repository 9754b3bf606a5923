"""What the observer saw, in parts of some seconds: <attempt>/samples/<time>-<writer>.jsonl, written whole or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.observation import SEEN, Observation, Seen
from flink_chaos.store.files import names_in, text_at, write_new
from flink_chaos.store.names import numbered, parts_among
from flink_chaos.store.texts import json_of, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from upath import UPath

    from flink_chaos.store.records import Attempt

SAMPLES = "samples"


def append_part(attempt: Attempt, part: Sequence[Seen]) -> None:
    """Store a part; nothing for none."""
    if part:
        folder = attempt.folder / SAMPLES
        lines = "".join(json_of(one, by_alias=True, exclude_none=True) + "\n" for one in part)
        write_new(folder / f"{numbered(names_in(folder))}.jsonl", lines)


def observation(attempt: Attempt, newest: int | None = None) -> Observation:
    """All parts of an attempt, or so many; empty where nobody observed. Raises StoreError for a damaged part."""
    return Observation(line for part in _parts(attempt)[-(newest or 0) :] for line in _lines(part))


def is_observed(attempt: Attempt) -> bool:
    """Whether anybody stored a part; without reading one."""
    return bool(_parts(attempt))


def _parts(attempt: Attempt) -> list[UPath]:
    folder = attempt.folder / SAMPLES
    return [folder / name for name in parts_among(names_in(folder), "jsonl")]


def _lines(part: UPath) -> Iterator[Seen]:
    r"""Only `\n` ends a line: a message may hold anything else that Unicode calls a line's end."""
    for line in text_at(part).split("\n"):
        if line:
            yield parsed(part, line, SEEN.validate_json)
