"""Runs whose process is gone: found by their leases and by what bears their keys, and taken away."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.leases import all_held
from flink_chaos.cluster.patience import patient
from flink_chaos.cluster.resources import CHAOS_ENGINES, CONFIG_MAPS, FLINK_DEPLOYMENTS
from flink_chaos.model.footprint import RUN_KEY, Footprint, footprint_in, key_of
from flink_chaos.model.plan import RUN_LABEL
from flink_chaos.steps.halting import request_stop
from flink_chaos.steps.judging import end
from flink_chaos.steps.locking import claim
from flink_chaos.steps.owned import ALL_KINDS, owned
from flink_chaos.steps.remains import STORE_ERRORS, Remains, remains_without_record
from flink_chaos.steps.run import SYSTEM_ERRORS, Progress, StepError, told
from flink_chaos.steps.undoing import check_away, stay
from flink_chaos.steps.waits import REMOVAL_SECONDS, WRITE_SECONDS, Teller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    now = cluster.now()
    silent = [
        footprint_in(namespace, lock.name, lock.holder, lock.annotations)
        for lock in held.values()
        if lock.renewed_at is None or now - lock.renewed_at > SILENT
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


def take_away(run: Remains, say: Callable[[str], None]) -> None:
    """Ask until nothing is left of a run at work. Raises StepError, with what stays, when time is up."""
    for problem in _taken_away([run], lambda _, message: say(message), claimed=False).values():
        raise StepError(problem)


def undo(run: Remains, say: Callable[[str], None]) -> bool:
    """`undo_all` of one run; whether nothing is left."""
    return not undo_all([run], lambda _, message: say(message))


def undo_all(runs: Sequence[Remains], say: Callable[[str, str], None]) -> list[str]:
    """Take away what runs left behind that nobody goes on with; the keys of those of which something stays.

    Their faults end first, and none waits for another one that cannot be taken away. The record of each, if there is
    one, is closed afterwards. A run that comes back to life meanwhile finds its lock gone, and in its record the wish
    that it ends. `say` is given key and message.
    """
    attempts = [run.attempt.attempt for run in runs if run.attempt.attempt is not None]
    for attempt in attempts:
        with suppress(*STORE_ERRORS):
            request_stop(attempt, "flink-chaos undo")
    problems = _taken_away(runs, say, claimed=True)
    for key, problem in problems.items():
        say(key, problem)
    for attempt in attempts:
        with suppress(*STORE_ERRORS):
            end(attempt)
    return list(problems)


def _taken_away(runs: Sequence[Remains], say: Callable[[str, str], None], *, claimed: bool) -> dict[str, str]:
    """Ask in turn until nothing is left, or time is up; why something stays, by the keys of the runs.

    `claimed`: they may still be at work somewhere: their locks are taken from them first.
    """
    begin, problems = clock.monotonic(), dict[str, str]()
    waiting = {run.key: (run, Teller(partial(say, run.key))) for run in runs}
    while waiting:
        for key, (run, teller) in list(waiting.items()):
            try:
                done = _is_away(run, teller, clock.monotonic() - begin, claimed=claimed)
            except StepError as error:
                problems[key], done = str(error), True
            if done:
                del waiting[key]
        if waiting:
            clock.sleep(PAUSE_SECONDS)
    return problems


def _is_away(run: Remains, teller: Teller, passed: float, *, claimed: bool) -> bool:
    """Ask once. Raises StepError when time is up."""
    progress = _asked(run, claimed=claimed)
    teller.tell(progress)
    if not progress.done and passed > REMOVAL_SECONDS:
        stay(run, progress.message)
    return progress.done


def _asked(run: Remains, *, claimed: bool) -> Progress:
    try:
        with patient(0, writes=WRITE_SECONDS):
            if claimed:
                claim(run)
            return check_away(run)
    except SYSTEM_ERRORS as error:
        return Progress(done=False, message=told(error))


def _keys_of_objects(cluster: Cluster, namespace: str) -> Iterator[str]:
    for kind in (FLINK_DEPLOYMENTS, CHAOS_ENGINES, CONFIG_MAPS):
        with suppress(ClusterError):  # a kind that is not installed
            for item in cluster.list(kind, namespace, RUN_LABEL, metadata_only=True):
                key = (item["metadata"].get("labels") or {}).get(RUN_LABEL, "")
                if RUN_KEY.fullmatch(key):
                    yield key
