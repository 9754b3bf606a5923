"""A line for each record; one that nobody can read hides no other."""

from __future__ import annotations

import argparse
from heapq import nlargest
from typing import TYPE_CHECKING, TypeVar

from flink_chaos.cli.saying import complain, show
from flink_chaos.model.text import one_line
from flink_chaos.model.verdict import Outcome
from flink_chaos.store.listing import FoundRun
from flink_chaos.store.records import Store, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flink_chaos.store.summary import Summary

T = TypeVar("T")
OPEN = "OPEN"
"""In place of an outcome, for runs without a verdict."""


def list_records(records: Iterable[T], summary: Callable[[T], str]) -> int:
    """Print them; the exit code."""
    for record in records:
        try:
            show(one_line(summary(record)))
        except StoreError as error:
            show(one_line(f"unreadable   {error}"))
    return 0


def add_runs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    command = commands.add_parser("runs", help="stored runs, the oldest first")
    command.add_argument("--dag", metavar="DAG_ID", help="of this DAG only")
    command.add_argument(
        "--outcome", choices=[*Outcome, OPEN], type=str.upper, help="that ended so; OPEN: that have no verdict"
    )
    command.add_argument("--last", type=_number, metavar="N", help="the last N of them")
    command.set_defaults(act=list_runs)


def list_runs(options: argparse.Namespace) -> int:
    """Print a line for each run that is asked for. What leads to no run stands before them, or is counted."""
    with Store().runs() as found:
        wanted = [one for one in found if _is_wanted(one, options)]  # reads them: now their problems are known
        chosen = nlargest(options.last, wanted, FoundRun.begun) if options.last else wanted
        broken = [one for one in found if one.problem]
        if not (options.dag or options.outcome or options.last):
            list_records(broken, _told)
        elif broken:
            complain(f"{len(broken)} more cannot be read: `flink-chaos runs` says why")
        return list_records(sorted(chosen, key=FoundRun.begun), _told)


def _is_wanted(found: FoundRun, options: argparse.Namespace) -> bool:
    try:
        run = found.summary()
    except StoreError:
        return False
    return options.dag in (None, run.dag_id) and options.outcome in (None, run.outcome or OPEN)


def _told(found: FoundRun) -> str:
    return _line(found.summary())


def _line(run: Summary) -> str:
    outcome = run.outcome or "no verdict"
    return f"{run.run_key}  {outcome:12}  {run.dag_id:16}  {run.pipeline:16}  {run.run_id} #{run.attempt}"


def _number(text: str) -> int:
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
