"""One DuckDB for all worlds: to open one takes longer than all that a small world asks of it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import duckdb

_open: list[Any] = []
_numbers = itertools.count()


def engine() -> duckdb.DuckDBPyConnection:
    """The connection, made at the first use."""
    if not _open:
        _open.append(_connect()(config={"threads": "1", "preserve_insertion_order": "false"}))
        _open[0].execute("SET enable_progress_bar = false")
    return _open[0]


class Room:
    """What `duckdb.connect` gives inside a world: an empty database of its own in the same engine."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.name = f"room{next(_numbers)}"
        self.cursor = engine().cursor()
        self.cursor.execute(f"ATTACH ':memory:' AS {self.name}; USE {self.name}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nobody needs it any more."""
        self.cursor.execute("USE memory")
        self.cursor.execute(f"DETACH {self.name}")
        self.cursor.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cursor, name)


def _connect() -> Any:
    import duckdb

    return _original.setdefault("connect", duckdb.connect)


_original: dict[str, Any] = {}
_connect()
