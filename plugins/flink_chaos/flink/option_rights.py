"""Who may set which Flink option: the plan decides some, whoever triggers the safe ones, the profiles all others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flink_chaos.flink.isolation import NOT_ALLOWED, set_in
from flink_chaos.flink.options import KEEP_FAILURES_VISIBLE, OBSERVABLE
from flink_chaos.flink.scripts import ScriptError
from flink_chaos.model.base import Copy
from flink_chaos.model.flink_options import MODE, mode_of, option_of
from flink_chaos.model.plan import BOUNDED, bounded
from flink_chaos.model.safe_options import PLAIN, SAFE_OPTIONS, is_among

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flink_chaos.model.plan import RunPlan

REPAIRS = {
    **KEEP_FAILURES_VISIBLE,
    "kubernetes.operator.deployment.rollback.enabled": "false",
    "kubernetes.operator.job.autoscaler.enabled": "false",
    "job.autoscaler.enabled": "false",
}
WHOLE = "the run decides it: nothing but Flink itself may bring the application back"
SEEN = "the run decides it: with less the observer would miss failures and checkpoints"
STREAMING = "the run decides it: without checkpoints there is no guarantee to test"
GUARANTEE = "the parameter delivery_guarantee decides it, for checkpoints and sink; use that"

INSTEAD = {
    "execution.checkpointing.dir": "the environment's `storage` decides it",
    "execution.checkpointing.savepoint-dir": "the environment's `storage` decides it",
    "execution.checkpointing.storage": "the environment's `storage` decides it",
    "high-availability.type": "`application.high_availability` of the pipeline's file decides it",
    "high-availability.storageDir": "the environment's `storage` decides it",
    "jobmanager.memory.process.size": "use the parameter job_manager_memory",
    "taskmanager.memory.process.size": "use the parameter task_manager_memory",
    "kubernetes.jobmanager.cpu.amount": "use the parameter job_manager_cpu",
    "kubernetes.taskmanager.cpu.amount": "use the parameter task_manager_cpu",
    "kubernetes.container.image.ref": "`flink.image` of the environment's file decides it",
    "kubernetes.service-account": "`flink.service_account` of the environment's file decides it",
    "parallelism.default": "`application.parallelism` of the pipeline's file decides it",
    **{name: f"{reason}; remove it" for name, reason in NOT_ALLOWED.items()},
}
"""What to use in place of options that a trigger may not set."""

MOST_PROBLEMS = 3
"""That are told: each is a long line."""

KEY = re.compile(r"[^\s:#'\"\\\x00-\x1f\x7f]+")
BREAK = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
"""Flink reads its options a line each: what follows a line break would be an option of its own."""


def require_rights(plan: RunPlan) -> None:
    """Raise ScriptError, in one line with what to do, for options that may not be set where they are."""
    problems = [*dict.fromkeys([*_of_trigger(plan), *_of_profiles(plan), *_of_bounds(plan)])]
    if problems:
        more = [f"{len(problems) - MOST_PROBLEMS:,} more problems"] if len(problems) > MOST_PROBLEMS else []
        raise ScriptError("; ".join([*problems[:MOST_PROBLEMS], *more]))


def _of_trigger(plan: RunPlan) -> Iterator[str]:
    widened = plan.environment.flink.trigger_options
    for name, value in plan.request.flink_configuration.items():
        problem = _unwritable(name, value) or _undoes(plan, name)
        if not problem and is_among(name, SAFE_OPTIONS):
            problem = "" if PLAIN.fullmatch(value) else "its value holds more than a number, a duration or a choice"
        elif not problem and not is_among(name, widened):
            problem = _not_for_triggers(plan, name)
        if problem:
            yield f"flink_configuration: {_shown(name)}: {problem}"


def _not_for_triggers(plan: RunPlan, name: str) -> str:
    hint = INSTEAD.get(option_of(name))
    if hint:
        return hint
    return (
        "whoever starts a run may not set it. Who edits the profiles may: in `application.configuration` of "
        f"include/pipelines/{plan.pipeline.name}.yaml, or by naming it in `flink.trigger_options` of "
        f"include/environments/{plan.environment.name}.yaml (docs/security.md)"
    )


def _of_profiles(plan: RunPlan) -> Iterator[str]:
    for where, options in _places(plan).items():
        for name, value in options.items():
            problem = _unwritable(name, value) or _undoes(plan, name, value)
            if problem:
                yield f"{where}: {_shown(name)}: {problem}"


def _places(plan: RunPlan) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {
        f"include/environments/{plan.environment.name}.yaml: flink.configuration": plan.environment.flink.configuration,
        f"include/pipelines/{plan.pipeline.name}.yaml: application.configuration": (
            plan.pipeline.application.configuration
        ),
    }
    if plan.pipeline.application.sql:
        found[_script(plan)] = set_in(plan, Copy.CHAOS)
    return found


def _of_bounds(plan: RunPlan) -> Iterator[str]:
    """What SQL sets counts over the parameters, whose bounds the plan has looked at already."""
    for name, value in set_in(plan, Copy.CHAOS).items():
        try:
            if name in BOUNDED:
                bounded(name, value)
        except ValueError as error:
            yield f"{_script(plan)}: {error}"


def _script(plan: RunPlan) -> str:
    return f"include/sql/{plan.pipeline.application.sql}: SET"


def _undoes(plan: RunPlan, name: str, value: str | None = None) -> str:
    """Why the option is nobody's but the plan's; empty for others, and for one that says what the plan says."""
    decided = _decided(plan).get(option_of(name).casefold())
    if decided is None or (value is not None and mode_of(value) in decided[0]):
        return ""
    return decided[1]


def _decided(plan: RunPlan) -> dict[str, tuple[tuple[str, ...], str]]:
    """Option -> what it may say, and who decides that."""
    return {
        MODE: ((mode_of(plan.request.delivery_guarantee),), GUARANTEE),
        "execution.runtime-mode": (("STREAMING",), STREAMING),
        **{name: ((mode_of(value),), WHOLE) for name, value in REPAIRS.items()},
        **{name: ((mode_of(value),), SEEN) for name, value in OBSERVABLE.items()},
    }


def _unwritable(name: str, value: str) -> str:
    if not KEY.fullmatch(name):
        return "is no name of an option: it holds a space, a colon, a quote or a line break; correct it"
    if BREAK.search(value):
        return "its value holds a line break or another control character; write it in one line"
    return ""


def _shown(name: str) -> str:
    """One line, whatever the name holds."""
    return name if KEY.fullmatch(name) else repr(name)
