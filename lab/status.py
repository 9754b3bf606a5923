"""What works and what does not; the last lines of the logs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from lab import supervisor
from lab.commands import LabError
from lab.parts.registry import PARTS

if TYPE_CHECKING:
    from lab.parts.part import Part

LOG_LINES = 40


def status() -> bool:
    """Print a table `part | state | since or what`. Tells whether all parts work."""
    with ThreadPoolExecutor(len(PARTS)) as pool:
        problems = list(pool.map(lambda part: part.problem(), PARTS))
    for part, problem in zip(PARTS, problems, strict=True):
        print(f"{part.name:<14} {'FAILED ' if problem else 'healthy'} {problem or _since(part)}")
    return not any(problems)


def _since(part: Part) -> str:
    processes = supervisor.processes(part.name)
    if not processes:
        return ""
    return f"for {ago(time.time() - max(info['start'] for info in processes))}"


def ago(seconds: float) -> str:
    """A duration for people."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def logs(name: str) -> None:
    """Print the last lines of every log of the part or program `name`. Raises LabError for an unknown one."""
    by_part = {part.name: [program.log for program in part.programs()] for part in PARTS}
    by_program = {log.stem: [log] for files in by_part.values() for log in files}
    files = {**by_program, **by_part}.get(name)
    if files is None:
        raise LabError(f"no part or program {name!r}: there are {', '.join(sorted({**by_program, **by_part}))}.")
    if not files:
        print(f"{name} has no program of its own, so no log: `python -m lab status` tells its state.")
    for file in files:
        lines = file.read_text(errors="replace").splitlines()[-LOG_LINES:] if file.exists() else ["(not there yet)"]
        print("\n".join([f"==> {file} <==", *lines, ""]))
