"""Cells of a result: from the gateway's JSON into Python's types."""

from __future__ import annotations

import base64
from datetime import date, datetime, time
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.proxy import Digits

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.flink.gateway import Column

WIDEST = Context(prec=38)
"""The most digits that Flink's DECIMAL holds; Python's default is less."""


def value_of(column: Column, cell: Any) -> Any:
    """Return a cell as Python's own type: Decimal, date, time, datetime, bytes; anything else as JSON has it.

    Python's times are as fine as microseconds: a finer TIMESTAMP is cut there. What is nested stays JSON.
    """
    read = READERS.get(column.type)
    return cell if cell is None or read is None else read(column, cell)


def _decimal(column: Column, cell: Any) -> Decimal:
    exact = Decimal(cell.spelled if isinstance(cell, Digits) else cell)
    return exact if column.scale is None else exact.quantize(Decimal(1).scaleb(-column.scale), context=WIDEST)


READERS: dict[str, Callable[[Column, Any], Any]] = {
    "DECIMAL": _decimal,
    "FLOAT": lambda _, cell: float(cell),
    "DOUBLE": lambda _, cell: float(cell),
    "DATE": lambda _, cell: date.fromisoformat(cell),
    "TIME_WITHOUT_TIME_ZONE": lambda _, cell: time.fromisoformat(cell),
    "TIMESTAMP_WITHOUT_TIME_ZONE": lambda _, cell: datetime.fromisoformat(cell),
    "TIMESTAMP_WITH_LOCAL_TIME_ZONE": lambda _, cell: datetime.fromisoformat(cell),
    "BINARY": lambda _, cell: base64.b64decode(cell),
    "VARBINARY": lambda _, cell: base64.b64decode(cell),
}
