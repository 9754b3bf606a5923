"""pod-delete: deletes the target pods, once each CHAOS_INTERVAL, until TOTAL_CHAOS_DURATION is over."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.checks import await_condition, health_check, ramp
from experiments.errors import ChaosError, Code, Phase
from experiments.selection import chosen_targets

if TYPE_CHECKING:
    from experiments.run import Run
    from experiments.targets import Owner, Pod
    from experiments.variables import Variables

LOG = logging.getLogger(__name__)
DURATION = 30


@dataclass(frozen=True)
class PodDelete:
    """Variables of this fault; the interval is in seconds."""

    interval: int
    random_interval: bool
    force: bool

    @property
    def pause(self) -> int:
        """Seconds to wait after the next deletion."""
        return random.randint(1, max(1, self.interval)) if self.random_interval else self.interval  # noqa: S311


def read(variables: Variables) -> PodDelete:
    """What this fault alone reads. Raises ChaosError that names the variable."""
    return PodDelete(
        interval=variables.number("CHAOS_INTERVAL", 10),
        random_interval=variables.flag("RANDOMNESS", default=False),
        force=variables.flag("FORCE", default=False),
    )


def inject(run: Run) -> None:
    """Run the fault. Raises ChaosError if a pod cannot be found, deleted, or does not come back in time."""
    fault = read(run.variables)
    health_check(run, "PreChaosCheck")
    ramp(run)
    run.phase = Phase.INJECT
    end = time.monotonic() + run.settings.duration
    while time.monotonic() < end:
        _round(run, fault)
    ramp(run)
    run.phase = Phase.POST
    health_check(run, "PostChaosCheck")


def _round(run: Run, fault: PodDelete) -> None:
    pods = chosen_targets(run.cluster, run.settings)
    for pod in pods:
        run.mark(pod.workload)
    run.engine_event("ChaosInject", "Injecting pod-delete chaos on application pod")
    for group in [[pod] for pod in pods] if run.settings.serial else [pods]:
        for pod in group:
            _delete(run, pod, force=fault.force)
        time.sleep(fault.pause)
        for owner in dict.fromkeys((pod.namespace, pod.workload) for pod in group):
            _await_recovery(run, *owner)


def _delete(run: Run, pod: Pod, *, force: bool) -> None:
    LOG.info("deleting pod %s/%s, uid %s, node %s", pod.namespace, pod.name, pod.uid, pod.node)
    try:
        run.cluster.delete_pod(pod, force=force)
    except Exception as error:
        raise ChaosError(Code.CHAOS_INJECT, f"failed to delete the target pod: {error}", str(pod)) from error


def _await_recovery(run: Run, namespace: str, owner: Owner) -> None:
    """All pods of the owner that are not on their way out must be ready, and there must be one."""

    def recovered() -> bool:
        pods = [pod for pod in run.cluster.pods(namespace) if pod.workload == owner and not pod.terminating]
        return bool(pods) and all(pod.ready for pod in pods)

    failure = f"pods of {owner.kind} {namespace}/{owner.name} are not ready"
    await_condition(run, recovered, failure, target=owner.name)
