"""What every part of the lab offers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab import supervisor
from lab.commands import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lab.supervisor import Program

POLL_SECONDS = 0.3
DEADLINE_SECONDS = 180.0


def _no_programs() -> Sequence[Program]:
    return ()


def _nothing() -> None:
    """For parts that need no preparation."""


@dataclass(frozen=True)
class Part:
    """One part: what it needs before its programs start, its programs, and whether it works.

    `prepare` may be called again on a running part and then changes nothing. `health` asks the part itself and returns
    "" when it works, otherwise what is wrong; it never raises LabError.
    """

    name: str
    health: Callable[[], str]
    prepare: Callable[[], None] = _nothing
    programs: Callable[[], Sequence[Program]] = _no_programs

    def launch(self) -> None:
        """Prepare the part and have its programs started; does not wait until it works."""
        self.prepare()
        programs = self.programs()
        if programs:
            supervisor.apply(self.name, programs)

    def wait(self) -> None:
        """Wait until the part works. Raises LabError with its last complaint after DEADLINE_SECONDS."""
        wait_until(self.problem, self.name)

    def problem(self) -> str:
        """Empty if the part works; otherwise what is wrong, programs that do not run before all."""
        stopped = [info for info in supervisor.processes(self.name) if info["statename"] not in {"RUNNING", "STARTING"}]
        reasons = [f"{info['name']} is {info['statename']} {info['spawnerr']}".rstrip() for info in stopped]
        return "; ".join(reasons) or self.health()

    def start(self) -> None:
        """Launch the part and wait until it works."""
        self.launch()
        self.wait()


def wait_until(problem: Callable[[], str], name: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
    """Ask `problem` again and again until it returns "". Raises LabError with its last answer after the deadline."""
    deadline = time.monotonic() + deadline_seconds
    while wrong := problem():
        if time.monotonic() > deadline:
            raise LabError(f"{name}: {wrong} (after {deadline_seconds:.0f} s). See `python -m lab logs {name}`.")
        time.sleep(POLL_SECONDS)
