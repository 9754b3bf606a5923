"""A sink that is a directory of files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from flink_chaos.clock import now
from flink_chaos.files.listing import FilesError, list_files
from flink_chaos.flink.comparison import files_statement, nothing_statement
from flink_chaos.model.facts import FilesEnd
from flink_chaos.steps.readings import files_reading, never_ended
from flink_chaos.steps.run import StepError

if TYPE_CHECKING:
    from flink_chaos.model.base import Copy
    from flink_chaos.model.batches import Isolation
    from flink_chaos.model.facts import Fact, FileState
    from flink_chaos.model.proof import Finding
    from flink_chaos.steps.readings import Reading
    from flink_chaos.steps.run import Run


@dataclass(frozen=True)
class FileSink:
    """A directory that only this copy of this run writes to; what is judged are its finished files."""

    run: Run
    copy: Copy
    hidden: ClassVar[str] = "to a file that was never finished"

    @property
    def directory(self) -> str:
        """As Flink reaches it."""
        return self.run.plan.copies[self.copy].sink

    def prepare(self) -> None:
        """Nothing is in it."""
        if found := self._files():
            raise StepError(f"{self.directory} holds {len(found)} files already, which are not this run's; remove them")

    @property
    def rolls_within(self) -> float:
        """A file is ended when it is as old as that, and the application looks as often."""
        files = self.run.plan.pipeline.files
        return 2.0 * files.roll_seconds if files else 0

    def unflushed(self) -> str:
        """Nothing more to ask: files that a killed task left behind stay unfinished for ever."""
        return ""

    def answers(self) -> bool:
        """The way of a worker to the store is not the application's."""
        try:
            self._files()
        except FilesError:
            return False
        return True

    def ended(self) -> Fact | str:
        """Whatever is there: nobody writes any more."""
        return FilesEnd(at=now(), clock="storage", copy=self.copy, directory=self.directory, files=self._files())

    def cut(self) -> None:
        """Never needed: an end is always known, or nobody answers."""

    def statement(self, table: str) -> str:
        """Finished files."""
        if any(file.finished for file in self._end.files):
            return files_statement(self.run.plan, table, self.directory)
        return nothing_statement(self.run.plan, table)

    def reading(self, isolation: Isolation) -> Reading:
        """The same files, or those too that were never finished."""
        return files_reading(self.run.plan.copies[self.copy].files, self._end, isolation)

    def placed(self, finding: Finding) -> Finding:
        """With the names of the files."""
        files = self._end.files
        named = [place.model_copy(update={"file": files[place.partition].path}) for place in finding.sink]
        return finding.model_copy(update={"sink": named})

    def _files(self) -> list[FileState]:
        return list_files(self.run.plan.copies[self.copy].files)

    @cached_property
    def _end(self) -> FilesEnd:
        end = self.run.journal.last(FilesEnd, copy_=self.copy)
        if end is None:
            raise never_ended(self.run, self.directory)
        return end
