"""Suites, and the end of runs: flink-chaos suites | stop KEY."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.cli.listing import list_records
from flink_chaos.model.suite import is_suite_key
from flink_chaos.report.junit import suite_junit
from flink_chaos.report.suite import render_suite
from flink_chaos.steps.halting import request_stop
from flink_chaos.steps.suites import end
from flink_chaos.store.records import Store, StoreError
from flink_chaos.store.suites import Suites

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from flink_chaos.model.suite import SuiteVerdict
    from flink_chaos.store.suites import SuiteRecord

BY = "flink-chaos stop"
FORMS: dict[str, Callable[[SuiteVerdict], str]] = {
    "text": render_suite,
    "json": lambda verdict: verdict.model_dump_json(indent=2),
    "junit": suite_junit,
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
    print(FORMS[form](verdict))
    return verdict.outcome.exit_code


def stop(options: argparse.Namespace) -> int:
    """Ask a run, or all open runs of a suite, to stop: each ends ABORTED and takes away what it made."""
    store, key = Store(), options.key
    if is_suite_key(key):
        stopped = end(store, Suites(store).record(key))
    else:
        stopped = [key] if request_stop(store.attempt(key), BY) else []
    print("\n".join(f"run {run} will stop at its next question" for run in stopped) or "nothing is open")
    return 0
