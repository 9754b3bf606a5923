"""Runs whose process is gone: found by their leases and by what bears their keys, and taken away."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.leases import all_held
from flink_chaos.cluster.patience import patient
from flink_chaos.cluster.resources import CHAOS_ENGINES, CONFIG_MAPS, FLINK_DEPLOYMENTS
from flink_chaos.model.footprint import RUN_KEY, Footprint, footprint_in, footprint_of, key_of
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.steps.halting import request_stop
from flink_chaos.steps.judging import end
from flink_chaos.steps.locking import claim
from flink_chaos.steps.owned import ALL_KINDS, owned
from flink_chaos.steps.remains import STORE_ERRORS, Notes, Remains, remains_without_record
from flink_chaos.steps.run import SYSTEM_ERRORS, Progress, StepError, told
from flink_chaos.steps.undoing import check_away, stay
from flink_chaos.steps.waits import REMOVAL_SECONDS, WRITE_SECONDS, Teller
from flink_chaos.store.records import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flink_chaos.cluster.leases import Held
    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.kafka.admin import Kafka

SILENT = timedelta(minutes=15)
"""Without a renewal for so long nobody is at work: a step of a run may wait for a worker, and a scheduler restarts."""

PAUSE_SECONDS = 2.0


def abandoned(cluster: Cluster, namespace: str, is_alive: Callable[[Footprint], bool]) -> list[Footprint]:
    """Runs that hold a lock or own something in the namespace, and that nobody goes on with.

    `is_alive` may know better of a run whose lock was not renewed for a while.
    """
    seen = set(_keys_of_objects(cluster, namespace))  # before the locks: a run takes its lock first
    held = {key: lock for lock in all_held(cluster, namespace) if (key := key_of(lock.holder))}
    silent = [
        footprint_in(namespace, lock.name, lock.holder, lock.annotations) for lock in held.values() if _is_silent(lock)
    ]
    without_lock = [Footprint(run_key=key, namespace=namespace) for key in sorted(seen - held.keys())]
    return [one for one in silent if not is_alive(one)] + without_lock


def find(cluster: Cluster, kafka: Kafka, namespace: str, key: str) -> Remains:
    """A run by its key alone: by its lock, or by what bears its key. Raises StepError when there is neither."""
    locks = [lock for lock in all_held(cluster, namespace) if key_of(lock.holder) == key]
    for lock in locks:
        found = footprint_in(namespace, lock.name, lock.holder, lock.annotations)
        return remains_without_record(found, cluster, kafka)
    remains = remains_without_record(Footprint(run_key=key, namespace=namespace), cluster, kafka)
    if not any(owned(remains, kind) for kind in ALL_KINDS):
        raise StepError(f"nothing of run {key} is in namespace {namespace}, and no lease is held by it")
    return remains


def take_away(run: Remains, say: Callable[[str], None], *, claimed: bool = False) -> None:
    """Ask until nothing is left. Raises StepError, with what stays, when time is up.

    `claimed`: the run may still be at work somewhere: its lock is taken from it first.
    """
    teller, begin = Teller(say), clock.monotonic()
    while not (progress := _asked(run, claimed=claimed)).done:
        teller.tell(progress)
        if clock.monotonic() - begin > REMOVAL_SECONDS:
            stay(run, progress.message)
        clock.sleep(PAUSE_SECONDS)
    teller.tell(progress)


def undo(run: Remains, say: Callable[[str], None]) -> bool:
    """Take away what a run left behind that nobody goes on with; whether nothing is left.

    Its record, if there is one, is closed afterwards. A run that comes back to life meanwhile finds its lock gone, and
    in its record the wish that it ends.
    """
    attempt = run.attempt.attempt
    with suppress(*STORE_ERRORS):
        if attempt is not None:
            request_stop(attempt, "flink-chaos undo")
    clean = _is_taken_away(run, say)
    with suppress(*STORE_ERRORS):
        if attempt is not None:
            end(attempt)
    return clean


def with_record(found: Footprint, cluster: Cluster, kafka: Kafka) -> Remains:
    """The run of a footprint with its record and plan, which knows more than a lease, where those can be read."""
    attempt = None
    with suppress(*STORE_ERRORS):
        attempt = Store().attempt(found.run_key)
        found = footprint_of(attempt.plan())
    return Remains(found, cluster, kafka, Notes(attempt))


def _is_taken_away(run: Remains, say: Callable[[str], None]) -> bool:
    try:
        take_away(run, say, claimed=True)
    except StepError as error:
        say(str(error))
        return False
    return True


def _asked(run: Remains, *, claimed: bool) -> Progress:
    try:
        with patient(0, writes=WRITE_SECONDS):
            if claimed:
                claim(run)
            return check_away(run)
    except SYSTEM_ERRORS as error:
        return Progress(done=False, message=told(error))


def _is_silent(lock: Held) -> bool:
    return lock.renewed_at is None or clock.now() - lock.renewed_at > SILENT


def _keys_of_objects(cluster: Cluster, namespace: str) -> Iterator[str]:
    for kind in (FLINK_DEPLOYMENTS, CHAOS_ENGINES, CONFIG_MAPS):
        with suppress(ClusterError):  # a kind that is not installed
            for item in cluster.list(kind, namespace, RUN_LABEL, metadata_only=True):
                key = (item["metadata"].get("labels") or {}).get(RUN_LABEL, "")
                if RUN_KEY.fullmatch(key):
                    yield key
