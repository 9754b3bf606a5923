"""The observer: looks at both copies once a second beside the run's other steps, and never disturbs them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from flink_chaos import clock
from flink_chaos.clock import now, now_ms
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.base import Copy
from flink_chaos.model.facts import Drained, Observed
from flink_chaos.model.observation import Sample, longest_gap
from flink_chaos.steps.barriers import BarriersLook
from flink_chaos.steps.keeping import LAST_SECONDS, keep_logs_beside
from flink_chaos.steps.looks import FlinkLook, KafkaLook, PodsLook
from flink_chaos.steps.run import Progress
from flink_chaos.steps.surroundings import EventsLook, NodesLook
from flink_chaos.store.samples import append_part, is_observed, observation

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from flink_chaos.model.observation import Seen
    from flink_chaos.steps.looks import Answer
    from flink_chaos.steps.run import Run

PERIOD, PART_SECONDS = 1.0, 10
OVERLAP_MS = 30_000
"""A part tells again what ended so long before it: nobody saw what happened between two parts."""

OVERLAPPING = OVERLAP_MS // (PART_SECONDS * 1000) + 1
"""As many parts may hold what a part tells again."""

ENDS = ("judging", "step_failed", "stop_requested")
"""Facts after which nothing comes that is worth a look."""


def check_observed(run: Run) -> Progress:
    """Take one part of samples and store it; done once both copies are drained, or the run ends otherwise."""
    if not run.attempt.has("load_started"):
        return Progress(done=True, message="nothing was loaded: nothing to observe")
    if not is_over(run):
        keep_logs_beside(run)
        append_part(run.attempt, Part(run).taken(lambda: is_over(run)))
    if not is_over(run):
        return Progress(done=False, message="observing")
    fact = close(run)
    keep_logs_beside(run).join(LAST_SECONDS)
    return Progress(done=True, message=f"{fact.samples:,} samples, at most {fact.longest_gap_seconds:.1f} s apart")


def observation_expired(run: Run, message: str) -> None:
    """The deadline passed: what was seen is kept."""
    close(run)
    del message


def check_closed(run: Run) -> Progress:
    """Whether the observer has stored everything, or nobody observes."""
    done = run.attempt.has("observed") or not is_observed(run.attempt)
    return Progress(done=done, message="all samples are stored" if done else "the observer has not ended yet")


def is_over(run: Run) -> bool:
    """Whether nothing is left to observe."""
    drained = {fact.copy_ for fact in run.attempt.journal("drained").all(Drained)}
    return drained == set(Copy) or run.attempt.has(*ENDS) or run.attempt.closed


def close(run: Run) -> Observed:
    """Journal that the samples are complete; never beside a verdict, which would not have known them."""
    found = observation(run.attempt)
    times = [[sample.at_ms for sample in found.samples(copy)] for copy in Copy]
    fact = Observed(at=now(), samples=sum(map(len, times)), longest_gap_seconds=max(map(longest_gap, times)))
    if not run.attempt.closed:
        run.attempt.append(fact)
    return fact


class Part:
    """Samples of some seconds. Whoever has not answered by the end of a second leaves its fields empty."""

    def __init__(self, run: Run) -> None:
        """A look is at a copy, or at both (None). The first part tells events from the run's beginning on."""
        since, known = now_ms() - OVERLAP_MS, observation(run.attempt, newest=OVERLAPPING)
        self.looks: dict[tuple[Copy | None, str], Callable[[], Answer]] = {
            (None, "nodes"): NodesLook(run),
            (None, "events"): EventsLook(run, since if is_observed(run.attempt) else 0),
        }
        for copy in Copy:
            self.looks[copy, "kafka"] = KafkaLook(run, copy)
            flink = FlinkLook(run, copy, since)
            self.looks[copy, "flink"] = flink
            self.looks[copy, "barriers"] = BarriersLook(flink, known.known_barriers(copy))
            self.looks[copy, "pods"] = PodsLook(run, copy)
        self._asked: dict[tuple[Copy | None, str], Future[Answer]] = {}
        self.seen: list[Seen] = []

    def taken(self, is_over: Callable[[], bool]) -> list[Seen]:
        """Look once a second until the part is full, or `is_over` says so."""
        begin = clock.monotonic()
        with ThreadPoolExecutor(len(self.looks), "observer") as pool:
            for number in range(1, PART_SECONDS + 1):
                self._sample(pool)
                if number == PART_SECONDS or is_over():
                    break
                clock.sleep(max(0.0, begin + number * PERIOD - clock.monotonic()))
        return self.seen

    def _sample(self, pool: ThreadPoolExecutor) -> None:
        at_ms, fields = now_ms(), dict[Copy | None, dict[str, Any]]((copy, {}) for copy in (*Copy, None))
        for name, look in self.looks.items():
            if name not in self._asked:
                self._asked[name] = pool.submit(look)
        done, _ = wait(self._asked.values(), timeout=0.9 * PERIOD)
        for name in [name for name, future in self._asked.items() if future in done]:
            told, seen = _answer(self._asked.pop(name))
            fields[name[0]] |= told
            self.seen += seen
        self.seen += [Sample(at_ms=at_ms, copy=copy, **fields[copy]) for copy in Copy]


def _answer(future: Future[Answer]) -> Answer:
    try:
        return future.result()
    except (ClusterError, KafkaProblem, OSError):
        return {}, []
