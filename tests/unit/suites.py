"""A small suite and its runs in a store, for tests of what is done with them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from flink_chaos.model.facts import StepFailed
from flink_chaos.model.statistics import Difference, Repeated
from flink_chaos.model.suite import PlannedRun, SuiteLine, SuitePlan, SuiteVerdict
from flink_chaos.profiles.catalogue import Catalogue, include_folder
from flink_chaos.steps.judging import close
from flink_chaos.steps.planning import make_plan
from flink_chaos.steps.suites import plan_suite
from flink_chaos.verdict.judge import judge

from tests.unit.observed import facts, observation
from tests.unit.plans import AT, good_facts, of_plan

if TYPE_CHECKING:
    from pathlib import Path

    from flink_chaos.store.records import Attempt, Store

SUITE = """\
name: small
defaults: {pipeline: ad_events}
runs:
- name: first
  fault: pod_delete
  parameters: {component: jobmanager}
- fault: no_fault
"""


REPEATED = SUITE.replace("- name: first\n", "- name: first\n  repeat: 3\n")
"""The same with three repetitions of the first run."""


def a_catalogue(folder: Path, text: str = SUITE) -> Catalogue:
    """The shipped profiles, and one suite."""
    include = folder / "include"
    shutil.copytree(include_folder(), include)
    (include / "suites" / "small.yaml").write_text(text)
    return Catalogue(include)


def planned(store: Store, catalogue: Catalogue, run_id: str = "manual__1", **parameters: Any) -> SuitePlan:
    """A new attempt of the small suite."""
    return plan_suite(store, catalogue, name="small", dag_id="regression__small", run_id=run_id, parameters=parameters)


def begun(store: Store, run: PlannedRun) -> Attempt:
    """A run of the suite that has planned itself."""
    plan = make_plan(
        store, dag_id=run.fault, run_id=run.run_id, fault=run.fault, parameters=run.parameters, by_hand=False
    )
    return store.attempt(plan.run_key)


def ended(store: Store, run: PlannedRun, failure: str = "") -> Attempt:
    """A run of the suite with a verdict: PASS, unless a step failed."""
    attempt = begun(store, run)
    for fact in of_plan(attempt.plan(), good_facts()):
        attempt.append(fact)
    if failure:
        attempt.append(StepFailed(at=AT, step="deploy", message=failure))
    close(attempt)
    return attempt


def measured(store: Store, run: PlannedRun, more: int = 0) -> Attempt:
    """A run of the suite that was observed and passed: highest lag 10,000 above the control's, and so many more."""
    attempt = begun(store, run)
    for fact in of_plan(attempt.plan(), [*good_facts(), *facts()]):
        attempt.append(fact)
    verdict = judge(attempt.plan(), attempt.journal(), observation())
    lag = verdict.recovery.lag.model_copy(update={"peak": 14_000 + more, "peak_control": 4_000})
    attempt.close(verdict.model_copy(update={"recovery": verdict.recovery.model_copy(update={"lag": lag})}))
    return attempt


NAMES = {
    "suite_key": "s0123456789",
    "suite": "small",
    "dag_id": "regression__small",
    "run_id": "manual__1",
    "attempt": 1,
}


def a_suite_plan() -> SuitePlan:
    """Two runs in the lab."""
    runs = [
        PlannedRun(name=name, fault="pod_delete", run_id=f"s0123456789__{name}", parameters={}, seconds=60)
        for name in ("first", "second")
    ]
    return SuitePlan(**NAMES, created_at=AT, package_version="0", runs=runs)


def a_suite_verdict() -> SuiteVerdict:
    """One broken contract, and one run that never began."""
    line = SuiteLine(
        name="first",
        fault="pod_delete",
        run_id="s0123456789__first",
        run_key="r0123456789",
        differs={"component": "jobmanager"},
        outcome="FAIL",
        reasons=["3 lost", "2 duplicated"],
        seconds=302.4,
    )
    never = line.model_copy(update={"name": "second", "run_key": "", "seconds": None, "outcome": "ABORTED"})
    return SuiteVerdict(**NAMES, outcome="FAIL", lines=[line, never])


def repetitions_told() -> list[Repeated]:
    """A run that was made five times, and one of whose repetitions only one said anything."""
    lag = Difference(
        name="highest lag",
        unit="records",
        runs=5,
        median=9_350,
        low=9_000,
        high=9_700,
        p=0.0625,
        effect=1,
        detectable=480,
    )
    return [Repeated(name="kill", runs=5, differences=[lag]), Repeated(name="drill", runs=1, differences=[])]
