"""Doubts about output that is files: what nobody could see, and what was stopped too early."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, FilesEnd, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.model.journal import Journal


def still_written(journal: Journal, copy: Copy) -> bool:
    """Whether its files grew while they were read, once each way: it could not be stopped, and that is the verdict."""
    stopped = journal.last(Stopped, copy_=copy)
    return journal.last(FilesEnd, copy_=copy) is not None and stopped is not None and not stopped.ok


def unseen_output(journal: Journal) -> Iterator[str]:
    """Reasons why a copy's files say nothing of its application; none for topics."""
    for copy in Copy:
        drained = journal.last(Drained, copy_=copy)
        if drained and drained.unseen:
            yield f"{copy}: nobody could look at its output: {drained.message}"
        if drained and drained.ok:
            yield from _stopped_early(journal, copy)


def _stopped_early(journal: Journal, copy: Copy) -> Iterator[str]:
    """A file that is open when its application stops is closed then, later than every other, and never finished.

    One that a killed task left behind is older: after it came back, the application wrote others.
    """
    end, stopped = journal.last(FilesEnd, copy_=copy), journal.last(Stopped, copy_=copy)
    if end is None or stopped is None or not stopped.ok:
        return
    newest = max((file.modified_ms for file in end.files if file.finished), default=0)
    late = [file.path for file in end.files if not file.finished and file.size and file.modified_ms > newest]
    if late:
        yield (
            f"{copy}: it was stopped while {late[0]} was open, which is never finished: it does not end files as "
            "`files.roll_seconds` says, or the clocks of Flink and the store differ"
        )
