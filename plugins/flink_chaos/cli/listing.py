"""A line for each record; one that another version wrote hides no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flink_chaos.cli.saying import show
from flink_chaos.model.text import one_line
from flink_chaos.store.records import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


def list_records(records: Iterable[T], summary: Callable[[T], str]) -> int:
    """Print them; the exit code."""
    for record in records:
        try:
            show(one_line(summary(record)))
        except StoreError as error:
            show(one_line(f"unreadable   {error}"))
    return 0
