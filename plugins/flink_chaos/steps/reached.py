"""How far a copy has read what was loaded: by its tasks' own word, or by its group's commits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flink_chaos.kafka.lag import LagReader, only_control_records

if TYPE_CHECKING:
    from flink_chaos.flink.positions import Positions
    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.kafka.lag import Lag
    from flink_chaos.kafka.topics import Offsets
    from flink_chaos.model.base import Copy
    from flink_chaos.steps.run import Run

PROBE_SECONDS = 5.0


@dataclass(frozen=True)
class Reached:
    """Where a copy is, between what it began with and a frozen end."""

    lag: int
    """Records beyond the commits, which Flink makes as best it can: 0 proves that all is read, more proves nothing."""
    unread: dict[int, int] = field(default_factory=dict)
    """Partition -> offsets that are not read yet, as far as anybody tells."""
    starts: dict[int, int] = field(default_factory=dict)
    """Partition -> where the unread ones begin."""
    untold: tuple[int, ...] = ()
    """Partitions of which the present tasks have read nothing yet: what earlier ones read, nobody tells."""
    positions: Positions | None = None

    @property
    def left(self) -> int:
        """Offsets that are not read yet, in all."""
        return sum(self.unread.values())

    @property
    def told(self) -> str:
        """In words, for the log."""
        how = "" if self.positions is not None else " by its commits, no task tells more"
        nobody = f"; nothing read since the start of partitions {list(self.untold)}" if self.untold else ""
        return f"{self.left:,} records not read{how} (committed lag {self.lag:,}){nobody}"


def look(run: Run, copy: Copy, end: Offsets | None = None, enough: int = 0) -> Reached:
    """How far the copy is, up to `end`, else to the present end of the source.

    The tasks are asked only where the commits are further behind than `enough` records.
    """
    topic = run.plan.pipeline.topics.source
    lag = LagReader(run.kafka).read(run.plan.copies[copy].group, topic, end)
    jobmanager = run.jobmanager(copy)
    job = jobmanager.job() if lag.total > enough else None
    return reached(lag, jobmanager.positions(job.id, topic) if job else None)


def reached(lag: Lag, positions: Positions | None) -> Reached:
    """Put both witnesses together: what one proves, the other need not. Positions are None where no task tells any."""
    starts: dict[int, int] = {}
    untold: list[int] = []
    for partition, behind in lag.by_partition.items():
        committed = lag.end[partition] - behind
        position = (positions or {}).get(partition)
        furthest = max(committed, position or 0)
        if furthest < lag.end[partition]:
            starts[partition] = furthest
            if positions is not None and position is None:
                untold.append(partition)
    unread = {partition: lag.end[partition] - start for partition, start in starts.items()}
    return Reached(lag.total, unread, starts, tuple(untold), positions)


def is_read(kafka: Kafka, topic: str, end: dict[int, int], found: Reached) -> bool:
    """Whether no record is left; a rest of transaction markers, or of what was aborted, is none."""
    return all(
        only_control_records(kafka, topic, partition, start, end[partition], PROBE_SECONDS)
        for partition, start in found.starts.items()
    )
