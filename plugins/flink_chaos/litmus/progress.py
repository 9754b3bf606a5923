"""How far a fault is, read from ChaosEngine and ChaosResult."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import CHAOS_ENGINES, CHAOS_RESULTS
from flink_chaos.litmus.engine import result_name
from flink_chaos.model.text import cut

if TYPE_CHECKING:
    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.model.plan import RunPlan

ENDED = ("completed", "stopped")


@dataclass(frozen=True)
class FaultProgress:
    """What Litmus says; `completed` is not success."""

    exists: bool
    engine_status: str
    phase: str
    verdict: str
    message: str

    @property
    def ended(self) -> bool:
        """Whether the engine will do nothing more and its result is final."""
        return self.engine_status in ENDED and self.verdict not in ("Awaited", "N/A")


def fault_progress(cluster: Cluster, plan: RunPlan) -> FaultProgress:
    """Read both objects."""
    namespace = plan.environment.namespace
    engine = cluster.get(CHAOS_ENGINES, namespace, plan.engine)
    result = cluster.get(CHAOS_RESULTS, namespace, result_name(plan))
    return progress_of(engine, result)


def progress_of(engine: dict[str, Any] | None, result: dict[str, Any] | None) -> FaultProgress:
    """What the two objects mean together; either may be missing."""
    status = (engine or {}).get("status") or {}
    mirrored = (status.get("experiments") or [{}])[-1]
    outcome = ((result or {}).get("status") or {}).get("experimentStatus") or {}
    error = outcome.get("errorOutput") or {}
    return FaultProgress(
        exists=engine is not None,
        engine_status=status.get("engineStatus") or "",
        phase=outcome.get("phase") or mirrored.get("status") or "",
        verdict=outcome.get("verdict") or _mirrored_verdict(mirrored),
        message=cut(" ".join(str(part) for part in (error.get("errorCode"), error.get("reason")) if part), 500),
    )


def _mirrored_verdict(experiment: dict[str, Any]) -> str:
    """The engine's own word where there is no result. An experiment that was skipped has injected nothing."""
    verdict = experiment.get("verdict") or "N/A"
    return "Error" if verdict == "Fail" and experiment.get("status") == "Skipped" else str(verdict)
