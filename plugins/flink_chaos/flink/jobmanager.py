"""What a JobManager says of its job over REST, reached through the API server."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

from flink_chaos import clock
from flink_chaos.cluster.proxy import ServiceError, ServiceProxy
from flink_chaos.flink.answers import (
    UNEXPECTED,
    longest,
    number,
    read_barriers,
    read_checkpoint_config,
    read_checkpoints,
    read_entries,
    read_failures,
    read_jobs,
    read_names,
    read_options,
    read_tasks,
    read_used_slots,
    read_vertices,
)
from flink_chaos.flink.positions import portions, position_names, positions_of, topics_in
from flink_chaos.flink.refusals import raise_if_refused, silence
from flink_chaos.model.text import LINE, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.flink.answers import Barriers, CheckpointConfig, Checkpoints, Failure, Job
    from flink_chaos.flink.positions import Positions

PORT = 8081
PENDING, BUSY = ".pendingRecords", "busyTimeMsPerSecond"
NO_JOB = "it has no job yet"

T = TypeVar("T")


class JobManager:
    """REST of one FlinkDeployment's JobManager.

    Every question raises ClusterError of status 403 when it is forbidden, and when the API server does not answer.
    """

    def __init__(self, cluster: Cluster, namespace: str, deployment: str, timeout: float = 10) -> None:
        self.proxy = ServiceProxy(cluster, namespace, f"{deployment}-rest", PORT)
        self.timeout = timeout
        self.silence = NO_JOB
        """Why the last question had no answer, in words."""

    def job(self) -> Job | None:
        """The job of the application, which may have run before; None while there is no answer, or no job yet."""
        jobs = self._told("/jobs/overview", read_jobs) or []
        return max(jobs, key=lambda job: (not job.has_ended, job.start_ms), default=None)

    def checkpoints(self, job_id: str) -> Checkpoints | None:
        """Checkpoint figures of the job; None while there is no answer."""
        return self._told(f"/jobs/{job_id}/checkpoints", read_checkpoints)

    def checkpoint_config(self, job_id: str) -> CheckpointConfig | None:
        """How the job really checkpoints; None while there is no answer."""
        return self._told(f"/jobs/{job_id}/checkpoints/config", read_checkpoint_config)

    def options(self) -> dict[str, str]:
        """Effective Flink options of the JobManager; empty while there is no answer."""
        return self._told("/jobmanager/config", read_options) or {}

    def barriers(self, job_id: str, checkpoint_id: int) -> Barriers | None:
        """How long the barriers of a completed checkpoint took; None unless every task is told in time.

        One request for the checkpoint and one for each task; the first without an answer, or `timeout`, ends them.
        """
        until, path = clock.monotonic() + self.timeout, f"/jobs/{job_id}/checkpoints/details/{checkpoint_id}"
        told: list[Barriers] = []
        for vertex in self._told(path, read_tasks) or []:
            answer = self._told(f"{path}/subtasks/{vertex}", read_barriers) if clock.monotonic() < until else None
            if answer is None:
                return None
            told.append(answer)
        return longest(told) if told else None

    def now_ms(self, job_id: str) -> int | None:
        """The JobManager's clock, ms since the epoch; None while it does not answer."""
        return self._told(f"/jobs/{job_id}", lambda answer: int(answer["now"]))

    def restarts(self, job_id: str) -> int | None:
        """How often the job was restarted since this JobManager began; None while nobody tells."""
        path = f"/jobs/{job_id}/metrics"
        return self._told(path, lambda told: int(float(told[0]["value"])), get="numRestarts")

    def metric_names(self, job_id: str) -> dict[str, list[str]]:
        """Vertex -> its metrics that `work` asks for. Those of a source's pending records exist once data came."""
        listed = self._listed(job_id)
        return {v: [BUSY, *(name for name in names if name.endswith(PENDING))] for v, names in listed.items()}

    def work(self, job_id: str, names: dict[str, list[str]]) -> tuple[int | None, float | None]:
        """Records that no source has read yet, and the share of time (0 to 1) that the busiest task works.

        None if nobody tells. The JobManager keeps the last values of a TaskManager that hangs.
        """
        asked = [self._values(job_id, vertex, ids, "sum,max") for vertex, ids in names.items()]
        found = [metric for answer in asked for metric in answer]
        pending = [number(metric, "sum") for metric in found if str(metric.get("id")).endswith(PENDING)]
        pending = [records for records in pending if math.isfinite(records)]
        busy = [number(metric, "max") / 1000 for metric in found if metric.get("id") == BUSY]
        return int(sum(pending)) if pending else None, _finite(max(busy)) if busy else None

    def positions(self, job_id: str, topic: str) -> Positions | None:
        """Next offset of each partition that the present tasks have read a record of.

        None where no task is a KafkaSource of the topic, as far as metrics tell.
        """
        listed = {vertex: position_names(names) for vertex, names in self._listed(job_id).items()}
        if not any(listed.values()):
            return None
        asked = [self._values(job_id, v, part, "min") for v, names in listed.items() for part in portions(names)]
        return positions_of(topic, (metric for answer in asked for metric in answer))

    def topics(self, job_id: str) -> set[str]:
        """Topics that KafkaSources read, as metrics spell them."""
        return {topic for names in self._listed(job_id).values() for topic in topics_in(names)}

    def used_slots(self) -> dict[str, int]:
        """TaskManager -> slots that hold tasks; its name is its pod's. Empty while the JobManager does not answer."""
        return self._told("/taskmanagers", read_used_slots) or {}

    def failures(self, job_id: str) -> list[Failure]:
        """The newest entries of the exception history."""
        return self._told(f"/jobs/{job_id}/exceptions", read_failures, maxExceptions="20") or []

    def _listed(self, job_id: str) -> dict[str, list[str]]:
        """Vertex -> names of its metrics."""
        vertices = self._told(f"/jobs/{job_id}", read_vertices) or []
        return {vertex: self._told(_metrics_of(job_id, vertex), read_names) or [] for vertex in vertices}

    def _values(self, job_id: str, vertex: str, names: list[str], agg: str) -> list[dict[str, Any]]:
        return self._told(_metrics_of(job_id, vertex), read_entries, get=",".join(names), agg=agg) or []

    def _told(self, path: str, read: Callable[[Any], T], **query: str) -> T | None:
        """What an answer says, None if there is none that can be read: `silence` says why."""
        try:
            answer = self.proxy.request("GET", path, query=query or None, timeout=self.timeout)
        except ServiceError as error:
            raise_if_refused(error)
            self.silence = silence(error)
            return None
        self.silence = NO_JOB
        try:
            return read(answer)
        except UNEXPECTED as error:
            told = one_line(f"{type(error).__name__}: {error}", LINE)
            self.silence = f"its answer to {path} is not what Flink answers ({told})"
            return None


def _finite(value: float) -> float | None:
    """A task that tells nothing of its time says NaN."""
    return value if math.isfinite(value) else None


def _metrics_of(job_id: str, vertex: str) -> str:
    return f"/jobs/{job_id}/vertices/{vertex}/subtasks/metrics"
