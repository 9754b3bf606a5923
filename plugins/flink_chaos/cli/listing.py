"""A line for each record; one that another version wrote hides no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flink_chaos.store.records import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


def list_records(records: Iterable[T], summary: Callable[[T], str]) -> int:
    """Print them; the exit code."""
    for record in records:
        try:
            print(summary(record))
        except StoreError as error:
            print(f"unreadable   {error}")
    return 0
