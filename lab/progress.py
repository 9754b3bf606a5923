"""Runs steps that depend on each other, independent ones side by side, and tells how long each took."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.commands import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

STILL_SECONDS = 30.0


@dataclass(frozen=True)
class Step:
    """Something to be done after the steps named in `after`."""

    name: str
    action: Callable[[], object]
    after: tuple[str, ...] = ()


class Progress:
    """Prints lines with the seconds since it was made; may be used from several threads."""

    def __init__(self) -> None:
        """Start the clock."""
        self._begin = time.monotonic()
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Print one line."""
        with self._lock:
            print(f"[{time.monotonic() - self._begin:6.1f} s] {text}", flush=True)


def run_steps(steps: Sequence[Step], progress: Progress) -> None:
    """Run every step as soon as those it waits for are done; `steps` stand in an order that could be followed.

    After a failure no further step starts. Raises LabError with all failures.
    """
    runner = _Runner(steps, progress)
    with ThreadPoolExecutor(len(steps)) as pool:
        for step in steps:
            runner.futures[step.name] = pool.submit(runner.run, step)
        runner.watch()
    if runner.failures:
        raise LabError("\n".join(runner.failures))


class _Runner:
    def __init__(self, steps: Sequence[Step], progress: Progress) -> None:
        self.futures: dict[str, Future[None]] = {}
        self.failures: list[str] = []
        self._names = [step.name for step in steps]
        self._progress = progress
        self._running: dict[str, float] = {}

    def run(self, step: Step) -> None:
        wait([self.futures[name] for name in step.after])
        if self.failures:
            return
        begin = self._running[step.name] = time.monotonic()
        try:
            step.action()
        except Exception as error:  # noqa: BLE001 whatever fails, the other steps must learn of it
            self._fail(step.name, error)
        else:
            self._progress.say(f"{step.name}: {time.monotonic() - begin:.1f} s")
        finally:
            del self._running[step.name]

    def watch(self) -> None:
        """Say from time to time what is still going on: a first build takes minutes."""
        while wait(self.futures.values(), timeout=STILL_SECONDS).not_done:
            self._progress.say(f"still at: {', '.join(sorted(self._running))}")

    def _fail(self, name: str, error: Exception) -> None:
        what = str(error) if isinstance(error, LabError) else f"{type(error).__name__}: {error}"
        self.failures.append(f"{name}: {what}")
        self._progress.say(f"{name}: FAILED")
