"""A run at work: its plan, its record and the systems that it touches."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.files.listing import FilesError
from flink_chaos.flink.gateway import GatewayError
from flink_chaos.flink.jobmanager import JobManager
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.masking import masked
from flink_chaos.model.text import TEXT, cut, one_line, visible

if TYPE_CHECKING:
    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.model.base import Copy
    from flink_chaos.model.facts import Fact
    from flink_chaos.model.journal import Journal
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.store.records import Attempt


MOST = 10_000
"""Characters of an error that holds others."""

SYSTEM_ERRORS = (ClusterError, KafkaProblem, FilesError, GatewayError)
"""What a system is told with that refuses or does not answer."""


class _SaidError(Exception):
    """What systems told may be part of the message: nothing of it acts where it is shown, and no secret is in it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(visible(cut(masked(message), MOST)))


class StepError(_SaidError):
    """A step could not do its work: what, where, why, what to do. The run ends ABORTED."""


class RunEndsError(_SaidError):
    """The facts already say that going on is useless; the verdict is made from them."""


@dataclass(frozen=True)
class Progress:
    """How far a wait is."""

    done: bool
    message: str

    def __post_init__(self) -> None:
        """One line, whatever systems told: it goes into logs and onto terminals."""
        object.__setattr__(self, "message", one_line(self.message, TEXT))


@dataclass
class Pulse:
    """When the lock is to be renewed, by the monotonic clock of this process."""

    next_at: float = -math.inf

    @property
    def began(self) -> bool:
        """Whether it was renewed, or tried to be, since this process took it."""
        return self.next_at > -math.inf


@dataclass(frozen=True)
class Run:
    """Handed to every step."""

    plan: RunPlan
    attempt: Attempt
    kafka: Kafka
    cluster: Cluster
    unstored: list[Fact] = field(default_factory=list)
    """What the store did not take while the run was taken away."""

    pulse: Pulse = field(default_factory=Pulse)

    @property
    def journal(self) -> Journal:
        """Facts so far, read anew."""
        return self.attempt.journal()

    @property
    def namespace(self) -> str:
        """Where the run's objects live."""
        return self.plan.environment.namespace

    def jobmanager(self, copy: Copy) -> JobManager:
        """REST of a copy's JobManager."""
        return JobManager(self.cluster, self.namespace, self.plan.copies[copy].deployment)


def told(error: BaseException) -> str:
    """Our own errors are whole sentences; others say little without their name, such as `[Errno 32] Broken pipe`."""
    own = type(error).__module__.partition(".")[0] == "flink_chaos"
    return masked(str(error) if own else one_line(f"{type(error).__name__}: {error}", TEXT))
