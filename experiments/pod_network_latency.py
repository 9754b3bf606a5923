"""pod-network-latency: delays what the target pods send, by helper pods, for TOTAL_CHAOS_DURATION."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from experiments.abort import always
from experiments.checks import await_condition, health_check, ramp
from experiments.errors import ChaosError, Code, Phase
from experiments.network.helper_pod import GRACE_SECONDS, Helper, manifest, new_helper
from experiments.network.order import read_order
from experiments.network.report import reports_of, told
from experiments.network.traffic import destinations_of
from experiments.result import Mark
from experiments.selection import chosen_targets
from experiments.targets import EXACT_PODS, Owner
from experiments.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from experiments.run import Run
    from experiments.targets import Pod

LOG = logging.getLogger(__name__)
DURATION = 60
HANDED_ON = (
    "NETWORK_LATENCY",
    "JITTER",
    "NETWORK_INTERFACE",
    "SOURCE_PORTS",
    "DESTINATION_PORTS",
    "DELAY_WAY",
    "LIB_IMAGE",
    "LIB_IMAGE_PULL_POLICY",
)


def inject(run: Run) -> None:
    """Run the fault. Raises ChaosError if targets, order or a helper are at fault, or a delay cannot be removed."""
    variables = _handed_on(run)
    health_check(run, "PreChaosCheck")
    ramp(run)
    run.phase = Phase.INJECT
    pods = _targets(run)
    helpers = [new_helper(run.settings, number, pod) for number, pod in enumerate(pods)]
    for group in [[helper] for helper in helpers] if run.settings.serial else [helpers]:
        _delay(run, group, variables)
    ramp(run)
    run.phase = Phase.POST
    health_check(run, "PostChaosCheck")


def _handed_on(run: Run) -> dict[str, str]:
    """The order for the helpers, checked here first; host names are looked up once, in this pod, as in Litmus."""
    values = {name: run.variables.text(name) for name in HANDED_ON}
    values["TOTAL_CHAOS_DURATION"] = str(run.settings.duration)
    values["DESTINATION_IPS"] = ",".join(destinations_of(run.variables))
    filled = {name: value for name, value in values.items() if value}
    read_order(Variables(filled))
    return filled


def _targets(run: Run) -> list[Pod]:
    pods = chosen_targets(run.cluster, run.settings)
    for pod in pods:
        if pod.host_network:
            raise ChaosError(Code.TARGET_SELECTION, "the pod has the node's network: all of it would be hit", str(pod))
        run.mark(Owner(EXACT_PODS, pod.name))
    return pods


def _delay(run: Run, helpers: Sequence[Helper], variables: Mapping[str, str]) -> None:
    with always(lambda: _clean(run, helpers, variables)):
        for helper in helpers:
            _create(run, helper, variables)
        failure = "helper pods have not injected the delay"
        await_condition(run, lambda: _all_injected(run, helpers), failure, code=Code.HELPER)
        run.engine_event("ChaosInject", _summary(run, helpers, "Injecting pod-network-latency chaos"))
        limit = run.settings.duration + run.settings.status_timeout
        failure = "helper pods have not ended"
        await_condition(run, lambda: _all_ended(run, helpers), failure, code=Code.HELPER, timeout=limit)
    run.engine_event("ChaosRevert", _summary(run, helpers, "Reverted pod-network-latency chaos"))


def _create(run: Run, helper: Helper, variables: Mapping[str, str]) -> None:
    settings, helpers = run.settings, run.cluster.helpers
    try:
        template = helpers.template(settings.namespace, settings.pod)
        helpers.create(manifest(helper, settings, template, variables))
    except Exception as error:
        raise ChaosError(Code.HELPER, f"unable to create helper pod: {error}", str(helper.target)) from error
    LOG.info("helper %s for pod %s on node %s", helper.name, helper.target.name, helper.target.node)


def _all_injected(run: Run, helpers: Sequence[Helper]) -> bool:
    marks = [_ended(run, helper) or _mark(run, helper) in (Mark.INJECTED, Mark.REVERTED) for helper in helpers]
    return all(marks)


def _all_ended(run: Run, helpers: Sequence[Helper]) -> bool:
    return all(_ended(run, helper) for helper in helpers)


def _ended(run: Run, helper: Helper) -> bool:
    """Whether a helper has done its work. Raises ChaosError if it failed or has vanished."""
    state = run.cluster.helpers.state(run.settings.namespace, helper.name)
    if state is None or state.phase == "Failed":
        reason = state.message if state else "it was deleted"
        raise ChaosError(Code.HELPER, f"helper pod {helper.name} failed: {reason}", str(helper.target))
    return state.finished


def _mark(run: Run, helper: Helper) -> Mark:
    """How the target stands by its helper's report, recorded."""
    report = reports_of(run.annotations()).get(helper.target.name)
    mark = Mark(report["status"]) if report else Mark.TARGETED
    run.mark(Owner(EXACT_PODS, helper.target.name), mark)
    return mark


def _summary(run: Run, helpers: Sequence[Helper], head: str) -> str:
    reports = reports_of(run.annotations())
    return "; ".join([head, *(told(reports[one.target.name]) for one in helpers if one.target.name in reports)])


def _clean(run: Run, helpers: Sequence[Helper], variables: Mapping[str, str]) -> None:
    """No helper goes on, and no delay stays. Raises ChaosError if one does."""
    for helper in helpers:
        _end(run, helper)
    residue = [helper for helper in helpers if _mark(run, helper) is Mark.INJECTED]
    for helper in residue:
        _mend(run, helper, variables)


def _end(run: Run, helper: Helper) -> None:
    """End a helper that still runs; keep one that has ended unless the engine wants everything deleted."""
    namespace, helpers = run.settings.namespace, run.cluster.helpers
    state = helpers.state(namespace, helper.name)
    if state is None or (state.finished and not run.settings.cleanup):
        return
    helpers.delete(namespace, helper.name)
    limit = (run.settings.grace or GRACE_SECONDS) + run.settings.status_timeout

    def gone() -> bool:
        return helpers.state(namespace, helper.name) is None

    await_condition(run, gone, f"helper pod {helper.name} does not end", code=Code.CHAOS_REVERT, timeout=limit)


def _mend(run: Run, helper: Helper, variables: Mapping[str, str]) -> None:
    """A helper that was killed could not revert: another one does."""
    LOG.warning("pod %s: the helper is gone, its delay may be there", helper.target.name)
    second = new_helper(run.settings, helper.number, helper.target, revert_only=True)
    _create(run, second, variables)
    await_condition(run, lambda: _ended(run, second), f"helper pod {second.name} has not ended", code=Code.CHAOS_REVERT)
    if _mark(run, helper) is Mark.INJECTED:
        raise ChaosError(Code.CHAOS_REVERT, "the delay may still be there: delete the pod", str(helper.target))
