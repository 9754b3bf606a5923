"""flink-chaos run | show | judge | report | bounds | prove | undo | stop | runs | suites | selftest."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from flink_chaos.cli.arguments import Parser
from flink_chaos.cli.bounds import bounds
from flink_chaos.cli.ending import ended, open_streams, use_utf8
from flink_chaos.cli.interrupting import obey
from flink_chaos.cli.listing import add_runs
from flink_chaos.cli.running import add_run
from flink_chaos.cli.saying import show
from flink_chaos.cli.selftest import add_selftest
from flink_chaos.cli.suites import list_suites, result, show_suite, stop
from flink_chaos.cli.undoing import add_undo
from flink_chaos.model.suite import is_suite_key
from flink_chaos.model.text import one_line
from flink_chaos.model.verdict import SETUP_ERROR, Outcome
from flink_chaos.report.junit import junit
from flink_chaos.report.openmetrics import openmetrics
from flink_chaos.report.proof import render_proof
from flink_chaos.report.text import as_json, compared, render
from flink_chaos.store.records import Store, StoreError
from flink_chaos.store.samples import observation
from flink_chaos.verdict.agreement import disagreements
from flink_chaos.verdict.judge import judge

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt


FORMATS = ("text", "json", "junit", "openmetrics")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code tells the verdict, 4 that no run came about."""
    open_streams()
    options = _options(arguments)
    if isinstance(options, int):
        return ended(lambda: options)
    obey()
    return ended(lambda: int(options.act(options)))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace | int:
    """The command; or the exit code when it is none, as argparse's own would be INCONCLUSIVE."""
    try:
        return _parser().parse_args(arguments)
    except SystemExit as end:
        return SETUP_ERROR if end.code else Outcome.PASS.exit_code


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(prog="flink-chaos", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_run(commands)
    for name, act, told in (
        ("judge", _judge, "judge a stored run again"),
        ("report", _report, "draw report.html of a stored run again"),
        ("bounds", bounds, "what `measured` bounds the stored runs of a run's test would give"),
    ):
        command = commands.add_parser(name, help=told)
        command.add_argument("run_key")
        command.set_defaults(act=act)
    show = commands.add_parser("show", help="the stored verdict of a run or a suite")
    show.add_argument("run_key", help="key of a run or a suite")
    show.add_argument("--format", choices=FORMATS, default="text", help="openmetrics: of a run only")
    show.set_defaults(act=_show)
    proof = commands.add_parser("prove", help="prove a stored run again, record by record, without Flink")
    proof.add_argument("run_key")
    proof.add_argument("--from-topics", action="store_true", help="read the topics again, not the ids that were stored")
    proof.set_defaults(act=_prove)
    ending = commands.add_parser("stop", help="end a run, or a suite and all its runs, wherever they are")
    ending.add_argument("key", help="key of a run or a suite")
    ending.set_defaults(act=stop)
    add_runs(commands)
    commands.add_parser("suites", help="all stored suites").set_defaults(act=list_suites)
    add_selftest(commands)
    add_undo(commands)
    return parser


def _show(options: argparse.Namespace) -> int:
    if options.format != "text":
        use_utf8()
    if is_suite_key(options.run_key):
        return show_suite(options.run_key, options.format)
    attempt = Store().attempt(options.run_key)
    verdict = attempt.verdict()
    if verdict is None:
        raise StoreError(f"run {options.run_key} has no verdict yet")
    show(_formatted(attempt, verdict, options.format), end="" if options.format == "openmetrics" else "\n")
    return verdict.outcome.exit_code


def _formatted(attempt: Attempt, verdict: Verdict, form: str) -> str:
    if form == "openmetrics":
        return openmetrics(attempt.plan(), verdict)
    if form == "junit":
        return junit(result(attempt, verdict))
    return {"text": render, "json": as_json}[form](verdict)


def _judge(options: argparse.Namespace) -> int:
    attempt = Store().attempt(options.run_key)
    verdict = judge(attempt.plan(), attempt.journal(), observation(attempt))
    show(f"{render(verdict)}\n\n{_compared(verdict, attempt)}")
    return verdict.outcome.exit_code


def _compared(verdict: Verdict, attempt: Attempt) -> str:
    """What stands there may be damaged by whatever, and hinders nothing."""
    try:
        return compared(verdict, attempt.verdict_text())
    except StoreError as error:
        return one_line(f"the stored verdict cannot be compared: {error}")


def _report(options: argparse.Namespace) -> int:
    from flink_chaos.steps.reporting import draw

    show(draw(Store().attempt(options.run_key)))
    return Outcome.PASS.exit_code


def _prove(options: argparse.Namespace) -> int:
    """INCONCLUSIVE where the records tell other numbers than the stored counts."""
    from flink_chaos.cli.systems import open_run
    from flink_chaos.steps.proving import prove_run

    run = open_run(Store().attempt(options.run_key))
    found = prove_run(run, show, reuse=not options.from_topics)
    show(render_proof(found))
    differing = disagreements(run.journal, {copy: deliveries for copy, (deliveries, _) in found.items()})
    show("\n".join(differing) or "the counts by Flink SQL are the same")
    return (Outcome.INCONCLUSIVE if differing else Outcome.PASS).exit_code


if __name__ == "__main__":
    sys.exit(main())
