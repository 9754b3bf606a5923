"""What is left of a run, for whoever takes it away: with its record, or without one that can be read or written."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flink_chaos.model.footprint import footprint_of
from flink_chaos.model.journal import Journal
from flink_chaos.store.records import Store, StoreError

if TYPE_CHECKING:
    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.model.facts import Fact
    from flink_chaos.model.footprint import Footprint
    from flink_chaos.steps.run import Run
    from flink_chaos.store.records import Attempt

STORE_ERRORS = (StoreError, OSError, ValueError)
"""A record that cannot be read or written: it is gone, damaged, of another version, or its disk is full."""


@dataclass(frozen=True)
class Notes:
    """The journal of a removal: no deed waits for a store, and what it does not take is remembered here."""

    attempt: Attempt | None
    unstored: list[Fact] = field(default_factory=list)

    def append(self, fact: Fact) -> None:
        """Store a fact, or remember it."""
        try:
            if self.attempt is not None:
                self.attempt.append(fact)
                return
        except STORE_ERRORS:
            pass
        self.unstored.append(fact)

    def journal(self) -> Journal:
        """The facts that can be read, and those that were not stored."""
        return Journal([*(self._stored() or []), *self.unstored])

    @property
    def whole(self) -> bool:
        """Whether every fact of the run can be read: what is not among them did not happen."""
        return not self.unstored and self._stored() is not None

    def _stored(self) -> list[Fact] | None:
        try:
            return None if self.attempt is None else self.attempt.journal().facts
        except STORE_ERRORS:
            return None


@dataclass(frozen=True)
class Remains:
    """A run that is taken away."""

    footprint: Footprint
    cluster: Cluster
    kafka: Kafka
    attempt: Notes

    @property
    def key(self) -> str:
        """Key of the run."""
        return self.footprint.run_key

    @property
    def namespace(self) -> str:
        """Where its objects live."""
        return self.footprint.namespace

    @property
    def journal(self) -> Journal:
        """Facts so far, as far as they are known."""
        return self.attempt.journal()


def remains_of(run: Run) -> Remains:
    """Of a run at work: its plan could be read."""
    return Remains(footprint_of(run.plan), run.cluster, run.kafka, Notes(run.attempt, run.unstored))


def remains_without_record(footprint: Footprint, cluster: Cluster, kafka: Kafka) -> Remains:
    """Of a run whose record cannot be read: its lease, and all that bears its key, must do."""
    return Remains(footprint, cluster, kafka, Notes(None))


def with_record(found: Footprint, cluster: Cluster, kafka: Kafka) -> Remains:
    """The run of a footprint with its record and plan, which knows more than a lease, where those can be read."""
    attempt = None
    with suppress(*STORE_ERRORS):
        attempt = Store().attempt(found.run_key)
        found = footprint_of(attempt.plan())
    return Remains(found, cluster, kafka, Notes(attempt))
