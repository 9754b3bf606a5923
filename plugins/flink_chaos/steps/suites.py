"""What a suite does, without Airflow: plan its runs, judge them together, end those that are still open."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flink_chaos.clock import now
from flink_chaos.model.suite import RUNS, PlannedRun, SuitePlan, child_run_id, suite_key, suite_of
from flink_chaos.model.telling import shown
from flink_chaos.profiles.reading import ProfileError
from flink_chaos.steps.halting import request_stop
from flink_chaos.steps.judging import abort, close
from flink_chaos.steps.planning import DISTRIBUTION, decide
from flink_chaos.steps.repeating import repeated
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import StoreError
from flink_chaos.store.suites import Suites
from flink_chaos.verdict.suite import Result, judge_suite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.statistics import Repeated
    from flink_chaos.model.suite import Suite, SuiteRun, SuiteVerdict
    from flink_chaos.profiles.catalogue import Catalogue
    from flink_chaos.store.records import Attempt, Store
    from flink_chaos.store.suites import SuiteRecord


def plan_suite(
    store: Store, catalogue: Catalogue, *, name: str, dag_id: str, run_id: str, parameters: Mapping[str, Any]
) -> SuitePlan:
    """Decide all runs of a new attempt and store it; what is still open of an earlier one is ended.

    `parameters`: those of the runs that are to change this time (None: none), and `runs`, the names of those to make.
    Raises StepError or ProfileError when one of the runs could not be planned.
    """
    suites, suite = Suites(store), catalogue.suite(name)
    earlier, attempt = suites.attempts_of(dag_id, run_id), suites.next_attempt(dag_id, run_id)
    key = suite_key(dag_id, run_id, attempt)
    changes = {name: value for name, value in parameters.items() if name != RUNS and value is not None}
    plan = SuitePlan(
        suite_key=key,
        suite=suite.name,
        dag_id=dag_id,
        run_id=run_id,
        attempt=attempt,
        created_at=now(),
        package_version=version(DISTRIBUTION),
        runs=plan_runs(catalogue, suite, key, parameters.get(RUNS), changes),
    )
    for record in earlier:
        end(store, record)
    suites.open(plan)
    return plan


def plan_runs(
    catalogue: Catalogue,
    suite: Suite,
    key: str,
    names: list[str] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> list[PlannedRun]:
    """Decide the runs of these names, all without any. Raises ProfileError or StepError that tells all problems."""
    _require_known(suite, names)
    planned: list[PlannedRun] = []
    problems = []
    for run in suite.runs:
        try:
            planned += [_plan_run(catalogue, suite, key, run, name, changes or {}) for name in run.chosen(names)]
        except (StepError, ProfileError) as error:
            where = catalogue.place(suite, ("runs", suite.runs.index(run)))
            problems.append(f"{where}: run {run.name}: {error}")
    if problems:
        raise StepError("\n".join(problems))
    return planned


def _require_known(suite: Suite, names: list[str] | None) -> None:
    if names is not None and not isinstance(names, list):  # a form or a backfill may send anything
        raise StepError(f"runs: {shown(names)} is no list of names; there are: {', '.join(suite.choices)}")
    unknown = [name for name in names or () if name not in suite.choices]
    if unknown or names == []:
        problem = f"no run {shown(unknown[0])}" if unknown else "none chosen"
        raise StepError(f"runs: {problem}; there are: {', '.join(suite.choices)}")


def conclude(store: Store, record: SuiteRecord) -> SuiteVerdict:
    """The verdict of the suite; stored once, later calls return the stored one."""
    stored = record.verdict()
    if stored is not None:
        return stored
    plan = record.plan()
    found = {run.name: store.latest(run.fault, run.run_id) for run in plan.runs}
    results = {name: _result(attempt) for name, attempt in found.items() if attempt}
    verdict = judge_suite(plan, results, _repeated(plan, results))
    record.close(verdict)
    return verdict


def end(store: Store, record: SuiteRecord) -> list[str]:
    """Judge the suite if it is not, then ask its open runs to stop; return their keys.

    In this order: a run that is planned only now finds the suite ended.
    """
    conclude(store, record)
    reason = f"suite {record.plan().suite_key}, which has ended"
    found = [store.latest(run.fault, run.run_id) for run in record.plan().runs]
    return [key for attempt in found if attempt and (key := _stopped(attempt, reason))]


def refuse_orphan(store: Store, attempt: Attempt) -> None:
    """Close a run whose suite ended before it began. Raises StepError. A later attempt is somebody's own wish."""
    plan = attempt.plan()
    key = suite_of(plan.run_id)
    if not key or plan.attempt > 1 or Suites(store).record(key).verdict() is None:
        return
    abort(attempt, "plan", f"stopped by suite {key}, which had ended")
    close(attempt)
    raise StepError(f"suite {key} ended before this run began; clear the run to make it all the same")


def _plan_run(
    catalogue: Catalogue, suite: Suite, key: str, run: SuiteRun, name: str, changes: Mapping[str, Any]
) -> PlannedRun:
    run_id, parameters = child_run_id(key, name), suite.parameters(run, changes)
    plan = decide(
        catalogue, dag_id=run.fault, run_id=run_id, attempt=1, fault=run.fault, parameters=parameters, by_hand=False
    )
    return PlannedRun(
        name=name,
        fault=run.fault,
        run_id=run_id,
        parameters=parameters,
        seconds=plan.deadlines.total,
        repeats=run.name if run.repeat > 1 else "",
    )


def _repeated(plan: SuitePlan, results: Mapping[str, Result]) -> list[Repeated]:
    verdicts = {name: result.verdict for name, result in results.items() if result.verdict}
    return [
        repeated(name, [verdicts[run.name] for run in runs if run.name in verdicts])
        for name, runs in plan.repeated.items()
    ]


def _result(attempt: Attempt) -> Result:
    """A record that nobody can read is a run without a verdict, and no other run's affair."""
    try:
        plan, verdict = attempt.plan(), attempt.verdict()
    except StoreError:
        return Result(run_key="", verdict=None, seconds=None)
    return Result(run_key=plan.run_key, verdict=verdict, seconds=_seconds(attempt, plan))


def _seconds(attempt: Attempt, plan: RunPlan) -> float | None:
    with suppress(StoreError):
        return attempt.journal().seconds_since(plan.created_at)
    return None


def _stopped(attempt: Attempt, reason: str) -> str | None:
    """Key of a run that was asked to stop, None for one that has ended, or that nobody can read."""
    with suppress(StoreError):
        return attempt.plan().run_key if request_stop(attempt, reason) else None
    return None
