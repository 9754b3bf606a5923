"""Records as a scan hands them on: batches of columns, whatever they were read from."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

Isolation = Literal["read_committed", "read_uncommitted"]
"""What is delivered; and all that was written, of transactions that were aborted and files that were never finished."""

SCHEMA = pa.schema(
    [
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("timestamp_ms", pa.int64()),
        ("value", pa.binary()),
    ]
)
"""Of a file: its number among the files, the record's number in it, and when the file was closed."""
