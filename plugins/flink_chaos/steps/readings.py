"""Records that can be read without Flink, between recorded ends, and what tells them from all others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.files.scan import scan_files
from flink_chaos.kafka.scan import scan
from flink_chaos.steps.run import StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa

    from flink_chaos.model.batches import Isolation
    from flink_chaos.model.facts import FilesEnd, Offsets
    from flink_chaos.steps.run import Run

COMMITTED: Isolation = "read_committed"


@dataclass(frozen=True)
class Reading:
    """What to read. Two readings with the same `asked` are of the same records."""

    told: str
    """For people."""
    asked: str
    batches: Callable[[], Iterable[pa.RecordBatch]]
    """Raises KafkaProblem or FilesError when it cannot be read whole."""


def topic_reading(run: Run, topic: str, begin: Offsets, end: Offsets, isolation: Isolation) -> Reading:
    """A topic from `begin` up to before `end`."""
    asked = f"{topic} {sorted(begin.items())} {sorted(end.items())} {isolation}"
    return Reading(f"{topic}, {isolation}", asked, lambda: scan(run.kafka, topic, begin, end, isolation))


def files_reading(url: str, end: FilesEnd, isolation: Isolation) -> Reading:
    """Finished files; if uncommitted, those too that were never finished. Numbered as in the fact."""
    chosen = [(n, file) for n, file in enumerate(end.files) if file.finished or isolation != COMMITTED]
    listed = [(n, file.path, file.size, file.modified_ms) for n, file in chosen]
    what = "finished files" if isolation == COMMITTED else "all files"
    return Reading(f"{end.directory}, {what}", f"{end.directory} {listed}", partial(scan_files, url, chosen))


def never_ended(run: Run, sink: str) -> StepError:
    """Make the error for a sink whose end is no fact."""
    return StepError(f"run {run.plan.run_key} has no recorded end of {sink}: it was never compared")
