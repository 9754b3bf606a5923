"""From the verdicts of its runs to the verdict of a suite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flink_chaos.model.suite import SuiteLine, SuiteVerdict, worst
from flink_chaos.model.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flink_chaos.model.statistics import Repeated
    from flink_chaos.model.suite import PlannedRun, SuitePlan
    from flink_chaos.model.verdict import Verdict


@dataclass(frozen=True)
class Result:
    """What is stored of a run."""

    run_key: str
    verdict: Verdict | None
    seconds: float | None


def judge_suite(plan: SuitePlan, results: Mapping[str, Result], repeated: Sequence[Repeated] = ()) -> SuiteVerdict:
    """Return the verdict; `results` is by the name of the run, one that never began is not in it.

    What repetitions tell together, `repeated`, decides nothing: each of them has its own verdict.
    """
    differs = differing(plan.runs)
    lines = [_line(run, results.get(run.name), differs[run.name]) for run in plan.runs]
    return SuiteVerdict(
        suite_key=plan.suite_key,
        suite=plan.suite,
        dag_id=plan.dag_id,
        run_id=plan.run_id,
        attempt=plan.attempt,
        outcome=worst(line.outcome for line in lines),
        lines=lines,
        repeated=list(repeated),
    )


def differing(runs: list[PlannedRun]) -> dict[str, dict[str, Any]]:
    """Run -> its parameters that are not the same in all runs."""
    names = {name for run in runs for name in run.parameters}
    same = {name for name in names if all(_equal(run, runs[0], name) for run in runs)}
    return {run.name: {n: value for n, value in run.parameters.items() if n not in same} for run in runs}


def _equal(run: PlannedRun, other: PlannedRun, name: str) -> bool:
    return name in run.parameters and run.parameters[name] == other.parameters.get(name)


def _line(run: PlannedRun, result: Result | None, differs: dict[str, Any]) -> SuiteLine:
    """A run without a verdict counts as ABORTED, whatever Airflow says of it."""
    verdict = result.verdict if result else None
    missing = ["it had no verdict when the suite ended"] if result else ["it never began"]
    return SuiteLine(
        name=run.name,
        fault=run.fault,
        run_id=run.run_id,
        run_key=result.run_key if result else "",
        differs=differs,
        outcome=verdict.outcome if verdict else Outcome.ABORTED,
        reasons=verdict.reasons if verdict else missing,
        seconds=result.seconds if result else None,
    )
