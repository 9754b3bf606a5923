"""Flink options of the copies and the loader: what is built in, and who may say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.flink.scripts import application_names, fill_options
from flink_chaos.model.flink_options import INTERVAL, MODE, TIMEOUT, Level, merged, value_of, whole_seconds

if TYPE_CHECKING:
    from flink_chaos.model.base import Copy
    from flink_chaos.model.plan import RunPlan

OPENED = [
    "java.lang",
    "java.net",
    "java.io",
    "java.nio",
    "sun.nio.ch",
    "java.lang.reflect",
    "java.text",
    "java.time",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "java.util.concurrent.locks",
]
JAVA_17 = " ".join(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED)
"""Flink's native client adds these only if the configuration names them."""

KEEP_FAILURES_VISIBLE = {
    "kubernetes.operator.job.upgrade.last-state-fallback.enabled": "false",
    "kubernetes.operator.job.restart.failed": "false",
    "kubernetes.operator.cluster.health-check.enabled": "false",
}
"""Nothing but Flink itself may bring the application back, or the test would judge the operator's repair."""

OBSERVABLE = {
    "web.timeout": "8000",
    "web.refresh-interval": "500",
    "metrics.fetcher.update-interval": "1000",
    "web.checkpoints.history": "200",
    "web.exception-history-size": "100",
}

COMMON = {"env.java.opts.all": JAVA_17, **KEEP_FAILURES_VISIBLE, **OBSERVABLE}
HA_TYPE, NO_HA = "high-availability.type", "NONE"


def application_configuration(plan: RunPlan, copy: Copy) -> dict[str, str]:
    """Options of one copy: built in < the environment's < the pipeline's < the request's, by option and not by name.

    Raises ValueError where one place names an option twice, ScriptError for a name that cannot be filled in.
    """
    pipeline, request = plan.pipeline.application, plan.request
    where = f"include/pipelines/{plan.pipeline.name}.yaml: application.configuration"
    own = fill_options(where, pipeline.configuration, application_names(plan, copy))
    built_in = Level("built in", COMMON | _of_copy(plan, copy))
    environment = _environment(plan)
    profiles = [environment, Level("no high availability", _without_ha(plan)), Level(where, own)]
    asked = Level("parameters", _asked(plan, merged(profiles)))
    return merged([built_in, *profiles, asked, Level("parameter flink_configuration", request.flink_configuration)])


def loader_configuration(plan: RunPlan) -> dict[str, str]:
    """Options of the loader, which is never restarted, whatever the environment says: an id would come twice."""
    forced = {"restart-strategy.type": "none", "taskmanager.numberOfTaskSlots": "1"}
    return merged([Level("built in", COMMON), _environment(plan), Level("loader", forced)])


def _environment(plan: RunPlan) -> Level:
    where = f"include/environments/{plan.environment.name}.yaml: flink.configuration"
    return Level(where, plan.environment.flink.configuration)


def _of_copy(plan: RunPlan, copy: Copy) -> dict[str, str]:
    request, storage = plan.request, plan.copies[copy].storage
    high_availability = {HA_TYPE: "kubernetes", "high-availability.storageDir": f"{storage}/ha"}
    return {
        "taskmanager.numberOfTaskSlots": str(plan.pipeline.application.parallelism),
        INTERVAL: f"{request.checkpoint_interval_seconds}s",
        TIMEOUT: f"{request.checkpoint_timeout_seconds}s",
        MODE: request.delivery_guarantee,
        "execution.checkpointing.tolerable-failed-checkpoints": "10",
        "state.checkpoints.dir": f"{storage}/checkpoints",
        "state.savepoints.dir": f"{storage}/savepoints",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": "1000",
        "restart-strategy.fixed-delay.delay": "1s",
        **(high_availability if plan.pipeline.application.high_availability else {}),
    }


def _without_ha(plan: RunPlan) -> dict[str, str]:
    """A pipeline that wants none gets none from its environment either."""
    wanted = plan.pipeline.application.high_availability
    given = value_of(plan.environment.flink.configuration, HA_TYPE)
    return {} if wanted or given is None else {HA_TYPE: NO_HA}


def _asked(plan: RunPlan, profiles: dict[str, str]) -> dict[str, str]:
    """Parameters of the run over the profiles' options; those that the plan took from them stay as exact as there."""
    asked = {
        INTERVAL: plan.request.checkpoint_interval_seconds,
        TIMEOUT: plan.request.checkpoint_timeout_seconds,
    }
    return {
        option: f"{seconds}s"
        for option, seconds in asked.items()
        if option in profiles and whole_seconds(profiles[option]) != seconds
    }
