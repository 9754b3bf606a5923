"""One look at one copy: what Kafka, its JobManager and the API server say of it at this moment."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from confluent_kafka import IsolationLevel
from confluent_kafka.admin import OffsetSpec

from flink_chaos.clock import now_ms
from flink_chaos.cluster.pods import pods
from flink_chaos.flink.jobmanager import JobManager
from flink_chaos.kafka.lag import LagReader
from flink_chaos.kafka.topics import offsets_at
from flink_chaos.model.facts import TopicBegin
from flink_chaos.model.observation import CheckpointEnded, ClockSeen, FailureSeen, PodsState, PodState, Seen
from flink_chaos.model.plan import COPY_LABEL

if TYPE_CHECKING:
    from flink_chaos.cluster.pods import Pod
    from flink_chaos.flink.answers import Checkpoints
    from flink_chaos.model.base import Copy
    from flink_chaos.model.facts import Checkpoint, Offsets
    from flink_chaos.steps.run import Run

TIMEOUT = 2.0
"""Seconds; who does not answer in this time is not there, as far as a sample a second is concerned."""

Answer = tuple[dict[str, Any], list[Seen]]
"""Fields of a sample, and what else was seen."""


class KafkaLook:
    """Source, group and sink of a copy, counted from where the run began."""

    def __init__(self, run: Run, copy: Copy) -> None:
        """Needs the facts `topic_begin` of source and sink."""
        begins = {fact.topic: fact.offsets for fact in run.attempt.journal("topic_begin").all(TopicBegin)}
        self.kafka, self.lag = run.kafka, LagReader(run.kafka)
        self.source, self.sink = run.plan.pipeline.topics.source, run.plan.copies[copy].sink
        self.group, self.begins = run.plan.copies[copy].group, begins

    def __call__(self) -> Answer:
        """Raises KafkaProblem when it does not answer."""
        end = self._offsets(self.source)
        lag = self.lag.read(self.group, self.source, end, timeout=TIMEOUT)
        fields = {"loaded": self._since_begin(self.source, end), "committed_lag": lag.total}
        return fields | self._output(), []

    def _output(self) -> dict[str, int]:
        """Nobody can count the records of files by looking at them."""
        if self.sink not in self.begins:
            return {}
        written, visible = self._offsets(self.sink), self._offsets(self.sink, IsolationLevel.READ_COMMITTED)
        return {"written": self._since_begin(self.sink, written), "visible": self._since_begin(self.sink, visible)}

    def _offsets(self, topic: str, isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED) -> Offsets:
        partitions = list(self.begins[topic])
        return offsets_at(self.kafka, topic, OffsetSpec.latest(), isolation, partitions=partitions, timeout=TIMEOUT)

    def _since_begin(self, topic: str, offsets: Offsets) -> int:
        return sum(offsets.values()) - sum(self.begins[topic].values())


class FlinkLook:
    """The job of a copy. Checkpoints that ended long before the look began to look are not told again."""

    def __init__(self, run: Run, copy: Copy, since_ms: int) -> None:
        self.jobmanager = JobManager(run.cluster, run.namespace, run.plan.copies[copy].deployment, TIMEOUT)
        self.copy, self.since_ms = copy, since_ms
        self.completed: deque[CheckpointEnded] = deque()
        self._told: set[object] = set()
        self._clock_told = False
        self._since_there = 0
        """The same moment by Flink's clock; 0, so that everything is told, until it is known."""
        self._metrics: dict[str, list[str]] = {}

    def __call__(self) -> Answer:
        """No fields while the JobManager does not answer."""
        job = self.jobmanager.job()
        if job is None:
            return {}, []
        checkpoints, running = self.jobmanager.checkpoints(job.id), job.tasks.get("RUNNING", 0)
        pending, busy = self._work(job.id) if job.runs else (None, None)
        fields = {
            "job_id": job.id,
            "job_state": job.state,
            "tasks": job.unfinished,
            "tasks_running": running,
            "restarts": self.jobmanager.restarts(job.id),
            "checkpoint_id": checkpoints.latest_id if checkpoints else None,
            "pending_lag": pending,
            "busy": busy,
        }
        clock = self._clock(job.id)
        return fields, [*self._ended(job.id, checkpoints), *self._failures(job.id), *clock]

    def _work(self, job_id: str) -> tuple[int | None, float | None]:
        if not any(len(names) > 1 for names in self._metrics.values()):
            self._metrics = self.jobmanager.metric_names(job_id)
        return self.jobmanager.work(job_id, self._metrics)

    def _clock(self, job_id: str) -> list[Seen]:
        """Once in a part is enough: clocks do not run away in seconds."""
        if self._clock_told:
            return []
        before = now_ms()
        told, after = self.jobmanager.now_ms(job_id), now_ms()
        if told is None:
            return []
        self._clock_told, half = True, (after - before) // 2
        ahead = told - before - half
        self._since_there = self.since_ms + ahead
        return [ClockSeen(at_ms=after, copy=self.copy, ahead_ms=ahead, within_ms=half)]

    def _ended(self, job_id: str, checkpoints: Checkpoints | None) -> list[Seen]:
        fresh = [one for one in (checkpoints.history if checkpoints else []) if self._is_new(one)]
        self._told.update(one.id for one in fresh)
        told = [CheckpointEnded(at_ms=now_ms(), copy=self.copy, job_id=job_id, checkpoint=one) for one in fresh]
        self.completed.extend(t for t in told if t.checkpoint.status == "COMPLETED" and not t.checkpoint.is_savepoint)
        return [*told]

    def _is_new(self, one: Checkpoint) -> bool:
        ended = one.status in ("COMPLETED", "FAILED") and one.ended_ms >= self._since_there
        return ended and one.id not in self._told

    def _failures(self, job_id: str) -> list[Seen]:
        found = [failure for failure in self.jobmanager.failures(job_id) if failure.failed_ms >= self._since_there]
        fresh = [failure for failure in found if failure not in self._told]
        self._told.update(fresh)
        return [FailureSeen(at_ms=now_ms(), copy=self.copy, **vars(failure)) for failure in fresh]


class PodsLook:
    """Pods of a copy."""

    def __init__(self, run: Run, copy: Copy) -> None:
        self.cluster, self.namespace, self.copy = run.cluster, run.namespace, copy
        self.labels = run.plan.labels | {COPY_LABEL: copy.value}
        self._last: dict[str, PodState] = {}

    def __call__(self) -> Answer:
        """Raises ClusterError when the API server does not answer."""
        found = {
            pod.uid: PodState(name=pod.name, node=pod.node, phase=_phase(pod), ready=pod.ready, image=pod.image)
            for pod in pods(self.cluster, self.namespace, self.labels)
        }
        changed, self._last = found != self._last, found
        fields = {"pods": len(found), "pods_ready": sum(pod.ready for pod in found.values())}
        return fields, [PodsState(at_ms=now_ms(), copy=self.copy, pods=found)] if changed else []


def _phase(pod: Pod) -> str:
    return "Terminating" if pod.deleting else pod.phase
