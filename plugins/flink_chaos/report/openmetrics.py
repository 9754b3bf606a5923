"""A verdict as OpenMetrics text, for a monitoring system: outcome, counts and times, labelled by what was tested."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flink_chaos.model.text import LINE, cut, visible
from flink_chaos.model.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.recovery import Recovery
    from flink_chaos.model.verdict import Verdict

Labels = dict[str, str]


@dataclass(frozen=True)
class Family:
    """Values of one name; `unit` is the last part of the name where it has one."""

    name: str
    told: str
    unit: str = ""
    kind: str = "gauge"
    values: list[tuple[Labels, float]] = field(default_factory=list)


def openmetrics(plan: RunPlan, verdict: Verdict) -> str:
    """The exposition; what nobody saw has no value. The run itself is no label: it would be a new series each time."""
    common = {
        "pipeline": plan.pipeline.name,
        "fault": plan.fault.name,
        "guarantee": plan.request.delivery_guarantee.value,
        "environment": plan.environment.name,
    }
    if "component" in plan.fault_values:
        common["component"] = str(plan.fault_values["component"])
    lines = [line for family in _families(verdict) for line in _lines(family, common)]
    return "\n".join([*lines, "# EOF", ""])


def _families(verdict: Verdict) -> Iterator[Family]:
    states = [({"flink_chaos_outcome": one.value}, float(one is verdict.outcome)) for one in Outcome]
    yield Family("flink_chaos_outcome", "What the run ended with", kind="stateset", values=states)
    yield _counted(verdict, "expected", "Ids there should be")
    yield _counted(verdict, "lost", "Ids that never arrived")
    yield _counted(verdict, "duplicated", "Ids that arrived more than once")
    yield _counted(verdict, "extra", "Records that nobody expected")
    if verdict.recovery:
        yield from _recovered(verdict.recovery)


def _counted(verdict: Verdict, name: str, told: str) -> Family:
    values = [({"copy": copy}, float(counts[name])) for copy, counts in verdict.counts.items() if name in counts]
    return Family(f"flink_chaos_{name}_records", told, values=values)


def _recovered(recovery: Recovery) -> Iterator[Family]:
    marks: list[tuple[Labels, float]] = [({"mark": mark.name}, mark.seconds) for mark in recovery.marks]
    yield Family("flink_chaos_recovery_seconds", "From the fault to each mark of the recovery", "seconds", values=marks)
    stalls = {"chaos": recovery.output_stall_seconds, "stable": recovery.output_stall_control_seconds}
    yield Family("flink_chaos_output_stall_seconds", "Longest time without new output", "seconds", values=_of(stalls))
    peaks = {"chaos": recovery.lag.peak, "stable": recovery.lag.peak_control} if recovery.lag else {}
    yield Family("flink_chaos_peak_lag_records", "Highest lag since the fault", values=_of(peaks))
    lone = {
        "unavailable_seconds": ("Time in which not all tasks ran", "seconds", recovery.unavailable_seconds),
        "restarts": ("Restarts of the chaos copy's job", "", recovery.restarts),
        "replayed_records": ("Records read again", "", recovery.replayed),
    }
    for name, (told, unit, value) in lone.items():
        values: list[tuple[Labels, float]] = [] if value is None else [({}, float(value))]
        yield Family(f"flink_chaos_{name}", told, unit, values=values)
    failed = [({"phase": span.phase}, float(span.failed)) for span in recovery.checkpoints]
    yield Family("flink_chaos_failed_checkpoints", "Checkpoints of the chaos copy that failed", values=failed)


def _of(values: Mapping[str, float | None]) -> list[tuple[Labels, float]]:
    return [({"copy": copy}, float(value)) for copy, value in values.items() if value is not None]


def _lines(family: Family, common: Labels) -> Iterator[str]:
    if not family.values:
        return
    yield f"# TYPE {family.name} {family.kind}"
    if family.unit:
        yield f"# UNIT {family.name} {family.unit}"
    yield f"# HELP {family.name} {_escaped(family.told)}"
    for labels, value in family.values:
        told = ",".join(f'{name}="{_escaped(text)}"' for name, text in {**common, **labels}.items())
        yield f"{family.name}{{{told}}} {int(value) if value == int(value) else value}"


def _escaped(text: str) -> str:
    return visible(cut(text, LINE)).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
