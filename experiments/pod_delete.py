"""pod-delete: deletes the target pods, once each CHAOS_INTERVAL, until TOTAL_CHAOS_DURATION is over."""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING

from experiments.errors import ChaosError, Code, Phase
from experiments.selection import all_targets, chosen_targets
from experiments.targets import EXACT_PODS, Owner, Pod

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.run import Run

LOG = logging.getLogger(__name__)


def inject(run: Run) -> None:
    """Run the fault. Raises ChaosError if a pod cannot be found, deleted, or does not come back in time."""
    settings = run.settings
    _health_check(run, "PreChaosCheck")
    time.sleep(settings.ramp_time)
    run.phase = Phase.INJECT
    end = time.monotonic() + settings.duration
    while time.monotonic() < end:
        _round(run)
    time.sleep(settings.ramp_time)
    run.phase = Phase.POST
    _health_check(run, "PostChaosCheck")


def _round(run: Run) -> None:
    pods = chosen_targets(run.cluster, run.settings)
    for pod in pods:
        run.target(_owner(pod))
    run.engine_event("ChaosInject", "Injecting pod-delete chaos on application pod")
    for group in [[pod] for pod in pods] if run.settings.serial else [pods]:
        for pod in group:
            _delete(run, pod)
        time.sleep(_interval(run))
        for owner in dict.fromkeys((pod.namespace, _owner(pod)) for pod in group):
            _await_recovery(run, *owner)


def _delete(run: Run, pod: Pod) -> None:
    LOG.info("deleting pod %s/%s, uid %s, node %s", pod.namespace, pod.name, pod.uid, pod.node)
    try:
        run.cluster.delete_pod(pod, force=run.settings.force)
    except Exception as error:
        raise ChaosError(Code.CHAOS_INJECT, f"failed to delete the target pod: {error}", _name(pod)) from error


def _interval(run: Run) -> float:
    interval = run.settings.interval
    return random.randint(1, max(1, interval)) if run.settings.random_interval else interval  # noqa: S311


def _await_recovery(run: Run, namespace: str, owner: Owner) -> None:
    """All pods of the owner that are not on their way out must be ready, and there must be one."""

    def recovered() -> bool:
        pods = [pod for pod in run.cluster.pods(namespace) if _owner(pod) == owner and not pod.terminating]
        return bool(pods) and all(pod.ready for pod in pods)

    _await(run, recovered, f"pods of {owner.kind} {namespace}/{owner.name} are not ready", owner.name)


def _health_check(run: Run, reason: str) -> None:
    if not run.settings.health_check:
        return

    def healthy() -> bool:
        return all(pod.ready for pod in all_targets(run.cluster, run.settings))

    _await(run, healthy, "application pods are not ready", "")
    run.engine_event(reason, "AUT: Running")


def _await(run: Run, condition: Callable[[], bool], failure: str, target: str) -> None:
    end = time.monotonic() + run.settings.status_timeout
    while not condition():
        if time.monotonic() >= end:
            raise ChaosError(Code.STATUS_CHECKS, f"{failure} after {run.settings.status_timeout} s", target)
        time.sleep(run.settings.status_delay)


def _owner(pod: Pod) -> Owner:
    return pod.owner or Owner(EXACT_PODS, pod.name)


def _name(pod: Pod) -> str:
    return f"{{podName: {pod.name}, namespace: {pod.namespace}}}"
