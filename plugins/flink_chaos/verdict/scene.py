"""The chaos copy around its fault, as the samples show it: what the recovery is computed from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, FaultEnded, FaultStarted, Loaded, SavepointTaken, Steady, TargetsChosen
from flink_chaos.model.observation import longest_gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flink_chaos.model.journal import Journal
    from flink_chaos.model.observation import Observation, Sample

STALE_MS = 1_500
"""`metrics.fetcher.update-interval` is 1 s in every copy, and some more until it is read."""

LATE_MS = 3_500
"""An observer's look that takes longer than a second is given up: so far apart are those around two such looks."""

SPARE_RECORDS = 10
"""A lag of some records is none."""


@dataclass(frozen=True)
class Scene:
    """Journal and samples of a run whose fault began."""

    journal: Journal
    observation: Observation

    @cached_property
    def fault(self) -> tuple[int, str]:
        """When the fault hit, ms, and whose clock says so.

        A pod that is killed was hit after the last look that found it alive: never later than that is what we say.
        Litmus itself needs some seconds to get there, which the application must not answer for.
        """
        started, steady = self.journal.last(FaultStarted), self.journal.last(Steady)
        if started is None:
            return (steady.at_ms if steady else 0), "worker, when both copies had kept up"
        begin = started.at_ms
        hit = {target.uid for fact in self.journal.all(TargetsChosen) for target in fact.targets}
        alive = {uid for uid in hit if self._lives(uid)}
        for seen in self.observation.pods(Copy.CHAOS):
            living = {uid for uid, pod in seen.pods.items() if pod.phase != "Terminating"}
            if seen.at_ms >= begin and alive - living:
                looks = [sample.at_ms for sample in self.chaos if sample.at_ms < seen.at_ms]
                return max(begin, looks[-2] if len(looks) > 1 else 0), "kubernetes, the last look at a pod alive"
        return begin, "worker, when the fault was asked for"

    @property
    def fault_ms(self) -> int:
        """When the fault hit."""
        return self.fault[0]

    @property
    def fault_ended_ms(self) -> int | None:
        """When Litmus, or the drill, was done."""
        ended = self.journal.last(FaultEnded) or self.journal.last(SavepointTaken)
        return ended.at_ms if ended else None

    @property
    def end_ms(self) -> int:
        """When the chaos copy was drained or given up; without that the last sample."""
        drained = self.journal.last(Drained, copy_=Copy.CHAOS)
        return drained.at_ms if drained else max((sample.at_ms for sample in self.chaos), default=self.fault_ms)

    @property
    def load_ended_ms(self) -> int:
        """When the loader was done."""
        loaded = self.journal.last(Loaded)
        return loaded.at_ms if loaded else self.end_ms

    @cached_property
    def chaos(self) -> list[Sample]:
        """Looks at the chaos copy."""
        return self.observation.samples(Copy.CHAOS)

    @cached_property
    def stable(self) -> list[Sample]:
        """Looks at the control."""
        return self.observation.samples(Copy.STABLE)

    def during(self, samples: Iterable[Sample], begin: int | None = None, end: int | None = None) -> list[Sample]:
        """Those from the fault, or `begin`, until the copy was drained, or `end`."""
        first, last = begin or self.fault_ms, end or self.end_ms
        return [sample for sample in samples if first <= sample.at_ms <= last]

    @cached_property
    def outages(self) -> list[tuple[int, int | None]]:
        """Spans after the fault in which not all tasks of the chaos copy ran; the end is null if it never did again."""
        found: list[tuple[int, int | None]] = []
        begin: int | None = None
        for sample in self._told:
            if not runs(sample) and begin is None:
                begin = sample.at_ms
            elif runs(sample) and begin is not None:
                found.append((begin, sample.at_ms))
                begin = None
        return found if begin is None else [*found, (begin, None)]

    @cached_property
    def _told(self) -> list[Sample]:
        """Looks after the fault without answers that only came too late: the same job runs on both sides of a moment.

        No JobManager is back so soon.
        """
        looks = self.during(self.chaos)
        known = [sample for sample in looks if sample.job_state is not None]
        times = [sample.at_ms for sample in known]

        def came_late(sample: Sample) -> bool:
            after = bisect_right(times, sample.at_ms)
            return sample.job_state is None and 0 < after < len(known) and _goes_on(known[after - 1], known[after])

        return [sample for sample in looks if not came_late(sample)]

    @cached_property
    def band(self) -> int:
        """Committed lag that is usual for the control: from the steady state until it was loaded."""
        return highest(lags(self.loaded_control))

    @cached_property
    def loaded_control(self) -> list[Sample]:
        """Looks at the control while it kept up; before that it catches up with what came while it started."""
        steady = self.journal.last(Steady)
        begin = steady.at_ms if steady else 0
        return [sample for sample in self.stable if begin <= sample.at_ms <= self.load_ended_ms]

    @property
    def resolution_seconds(self) -> float:
        """The longest time without a look, from the fault until the copy was drained."""
        return self._blind_seconds([sample.at_ms for sample in self.chaos])

    @property
    def lag_resolution_seconds(self) -> float:
        """The same of looks that told the committed lag."""
        return self._blind_seconds([at for at, _ in lags(self.chaos)])

    def _blind_seconds(self, looks: Sequence[int]) -> float:
        before = max((at for at in looks if at <= self.fault_ms), default=self.fault_ms)
        return longest_gap([before, *(at for at in looks if self.fault_ms < at < self.end_ms), self.end_ms])

    def processing(self, samples: Sequence[Sample]) -> list[tuple[int, int]]:
        """Time and records not yet read: Flink's word; what is committed while it has none.

        A job that has just come back tells old numbers until the JobManager has asked its tasks.
        """
        ends = [end for _, end in self.outages if end is not None]
        fresh = [any(end <= sample.at_ms < end + STALE_MS for end in ends) for sample in samples]
        found = [
            (sample.at_ms, sample.committed_lag if stale or sample.pending_lag is None else sample.pending_lag)
            for sample, stale in zip(samples, fresh, strict=True)
        ]
        return [(at, lag) for at, lag in found if lag is not None]

    def _lives(self, uid: str) -> bool:
        return any(uid in seen.pods for seen in self.observation.pods(Copy.CHAOS))


def _goes_on(before: Sample, after: Sample) -> bool:
    same = (before.job_id, before.restarts) == (after.job_id, after.restarts)
    return runs(before) and runs(after) and same and after.at_ms - before.at_ms <= LATE_MS


def runs(sample: Sample) -> bool:
    """Whether every task ran; a JobManager that does not answer runs nothing, as far as anybody can see."""
    return sample.job_state == "RUNNING" and bool(sample.tasks) and sample.tasks_running == sample.tasks


def lags(samples: Sequence[Sample]) -> list[tuple[int, int]]:
    """Time and committed lag, where it is known."""
    return [(sample.at_ms, sample.committed_lag) for sample in samples if sample.committed_lag is not None]


def highest(series: Sequence[tuple[int, int]]) -> int:
    """What still counts as usual: a quarter above the highest, and some records."""
    return round(1.25 * max((lag for _, lag in series), default=0)) + SPARE_RECORDS
