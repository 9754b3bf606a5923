"""Suites, and the end of runs: flink-chaos suites | stop KEY."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flink_chaos.cli.listing import list_records
from flink_chaos.cli.saying import show
from flink_chaos.model.suite import is_suite_key
from flink_chaos.model.text import json_escaped
from flink_chaos.report.junit import Result, suite_junit
from flink_chaos.report.suite import render_suite
from flink_chaos.steps.halting import request_stop
from flink_chaos.steps.suites import end
from flink_chaos.store.records import Store, StoreError
from flink_chaos.store.suites import Suites

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from flink_chaos.model.suite import SuiteVerdict
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt
    from flink_chaos.store.suites import SuiteRecord

BY = "flink-chaos stop"
FORMS: dict[str, Callable[[SuiteVerdict], str]] = {
    "text": render_suite,
    "json": lambda verdict: json_escaped(verdict.model_dump_json(indent=2)),
    "junit": lambda verdict: suite_junit(verdict, _results(verdict)),
}


def list_suites(_: argparse.Namespace) -> int:
    """Print a line for each stored suite."""
    return list_records(Suites(Store()).all(), _summary)


def _summary(record: SuiteRecord) -> str:
    plan, verdict = record.plan(), record.verdict()
    outcome = verdict.outcome if verdict else "no verdict"
    return f"{plan.suite_key}  {outcome:12}  {plan.suite:16}  {plan.run_id} #{plan.attempt}"


def show_suite(key: str, form: str) -> int:
    """Print the stored verdict of a suite; its exit code. Raises StoreError for a form that a suite does not have."""
    verdict = Suites(Store()).record(key).verdict()
    if verdict is None:
        raise StoreError(f"suite {key} has no verdict yet")
    if form not in FORMS:
        raise StoreError(f"a suite is shown as {', '.join(FORMS)}; ask for one of its runs as {form}")
    show(FORMS[form](verdict))
    return verdict.outcome.exit_code


def result(attempt: Attempt, verdict: Verdict) -> Result:
    """A judged run with its plan and how long it took."""
    plan = attempt.plan()
    return Result(plan, verdict, attempt.journal().seconds_since(plan.created_at))


def _results(verdict: SuiteVerdict) -> dict[str, Result]:
    """Runs by name; one that never began, or that only another version can read, is not among them."""
    found = {}
    for line in verdict.lines:
        with suppress(StoreError):
            attempt = Store().attempt(line.run_key)
            judged = attempt.verdict()
            if judged is not None:
                found[line.name] = result(attempt, judged)
    return found


def stop(options: argparse.Namespace) -> int:
    """Ask a run, or all open runs of a suite, to stop: each ends ABORTED and takes away what it made."""
    store, key = Store(), options.key
    if is_suite_key(key):
        stopped = end(store, Suites(store).record(key))
    else:
        stopped = [key] if request_stop(store.attempt(key), BY) else []
    show("\n".join(f"run {run} will stop at its next question" for run in stopped) or "nothing is open")
    return 0
