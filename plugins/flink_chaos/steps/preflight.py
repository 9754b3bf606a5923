"""Looks at everything a run needs before it touches anything. It removes nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.clock import now
from flink_chaos.files.listing import is_there
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.offsets import members
from flink_chaos.kafka.patience import patiently
from flink_chaos.kafka.topics import closed_end, longest_transaction, partition_count
from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.facts import Check, Preflight
from flink_chaos.steps import cluster_checks
from flink_chaos.steps.checking import PreflightWarning
from flink_chaos.steps.kafka_rights import kafka_rights
from flink_chaos.steps.rights import permissions
from flink_chaos.steps.run import SYSTEM_ERRORS, RunEndsError, StepError
from flink_chaos.steps.same_kafka import same_kafka
from flink_chaos.steps.sinks import sink_of
from flink_chaos.steps.topic_checks import topic_settings
from flink_chaos.steps.topic_sink import OPEN_TRANSACTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.steps.run import Run


PATIENCE_SECONDS = 30.0


def look(run: Run) -> Preflight:
    """Run every check and journal the lines. Raises RunEndsError when one blocks."""
    until = clock.monotonic() + PATIENCE_SECONDS
    checks = [_line(name, partial(_patient, check, until), run) for name, check in CHECKS.items()]
    fact = Preflight(at=now(), checks=checks)
    run.attempt.append(fact)
    blocked = [f"{check.name}: {check.message}" for check in checks if check.blocks and not check.ok]
    if blocked:
        raise RunEndsError("preflight: " + "; ".join(blocked))
    return fact


def _line(name: str, check: Callable[[Run], str], run: Run) -> Check:
    try:
        return Check(name=name, ok=True, message=check(run))
    except PreflightWarning as warning:
        return Check(name=name, ok=False, blocks=False, message=str(warning))
    except (*SYSTEM_ERRORS, StepError, ValueError) as error:
        return Check(name=name, ok=False, message=str(error))


def _patient(check: Callable[[Run], str], until: float, run: Run) -> str:
    """All checks together wait no longer than that for brokers that are away for a moment."""
    return patiently(partial(check, run), until - clock.monotonic())


def _kafka(run: Run) -> str:
    return f"cluster {run.kafka.ping()} answers at {run.kafka.servers}"


def _groups(run: Run) -> str:
    busy = {copy.group: members(run.kafka, copy.group) for copy in run.plan.copies.values()}
    if any(busy.values()):
        raise ValueError(f"consumer groups in use: {busy}; stop their consumers")
    return f"{len(busy)} consumer groups are free"


def _topics(run: Run) -> str:
    """The topics that exist; reset_offsets creates the others."""
    topics, names = run.plan.pipeline.topics, [copy.sink for copy in run.plan.copies.values() if not copy.files]
    existing = {name: count for name in (topics.source, *names) if (count := partition_count(run.kafka, name))}
    wrong = [f"{name} has {count} partitions" for name, count in existing.items() if count != topics.partitions]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}, the profile wants {topics.partitions}; name other topics, or correct it")
    for name in names:
        if name in existing and closed_end(run.kafka, name) is None:
            raise ValueError(f"{name}: {OPEN_TRANSACTION}")
    return f"{len(existing)} of {len(names) + 1} topics exist, no transaction is open"


def _files(run: Run) -> str:
    """Whether a worker can look into the directories of the copies, and nothing is in them."""
    store = run.plan.environment.files
    if run.plan.pipeline.files is None or store is None:
        return "the sink is a topic"
    for copy in Copy:
        sink_of(run, copy).prepare()
    if not is_there(store.worker):
        raise PreflightWarning(f"{store.worker} is not there yet; except before the first run `files.worker` is wrong")
    return f"{store.worker} can be listed, both directories are free"


def _transactions(run: Run) -> str:
    """A producer with a longer time-out than the broker allows cannot even begin."""
    if run.plan.pipeline.files or run.plan.request.delivery_guarantee is not Guarantee.EXACTLY_ONCE:
        return "the sink has none"
    timeout, allowed = run.plan.pipeline.application.transaction_timeout_seconds, _allowed(run)
    if timeout > allowed:
        raise ValueError(
            f"transaction_timeout_seconds {timeout} is above the brokers' transaction.max.timeout.ms of {allowed:g} s; "
            "lower it in the profile, or raise it there"
        )
    request = run.plan.request
    longest = request.checkpoint_interval_seconds + request.checkpoint_timeout_seconds
    if timeout < longest:
        raise PreflightWarning(
            f"transaction_timeout_seconds {timeout} is below checkpoint interval and time-out of {longest} s together: "
            "Kafka may abort what Flink has not committed yet, and those records are lost; raise it in the profile"
        )
    return f"time-out {timeout} s, the brokers allow {allowed:g} s"


def _allowed(run: Run) -> float:
    """Not being told is no reason to stop: a broker that allows less refuses the application's first transaction."""
    try:
        return longest_transaction(run.kafka)
    except KafkaProblem as problem:
        if problem.transient:
            raise
        raise PreflightWarning(str(problem)) from problem


CHECKS: dict[str, Callable[[Run], str]] = {
    "kafka": _kafka,
    "custom resources": cluster_checks.definitions,
    "permissions": permissions,
    "fault": cluster_checks.fault,
    "experiment": cluster_checks.experiment,
    "sql gateway": cluster_checks.sql_gateway,
    "consumer groups": _groups,
    "topics": _topics,
    "topic settings": topic_settings,
    "kafka rights": kafka_rights,
    "same kafka": same_kafka,
    "transactions": _transactions,
    "files": _files,
    "capacity": cluster_checks.capacity,
    "quotas": cluster_checks.quotas,
}
