"""A run without Airflow, or as many of the same as are wanted: flink-chaos run FAULT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos import clock
from flink_chaos.cli.arguments import whole
from flink_chaos.cli.ending import told
from flink_chaos.cli.saying import complain, say
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.model.masking import masked
from flink_chaos.model.suite import MOST_REPEATED, repetitions, worst
from flink_chaos.model.telling import short, unusable
from flink_chaos.model.text import one_line
from flink_chaos.model.verdict import Outcome
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.profiles.strict_yaml import YamlProblem, load
from flink_chaos.report.repeated import repeated_table
from flink_chaos.report.table import table
from flink_chaos.report.text import render
from flink_chaos.steps.judging import abort, close
from flink_chaos.steps.planning import make_plan
from flink_chaos.steps.repeating import repeated
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import Store

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from flink_chaos.model.verdict import Verdict
    from flink_chaos.steps.run import Run
    from flink_chaos.store.records import Attempt


def add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    command = commands.add_parser("run", help="test a pipeline with a fault, without Airflow")
    command.add_argument("fault", help="a file of include/faults, for example pod_delete")
    command.add_argument(
        "-p", "--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the run"
    )
    command.add_argument(
        "--repeat",
        type=whole(1, MOST_REPEATED),
        default=1,
        metavar="N",
        help="the same run N times, and how both copies differ in all",
    )
    command.set_defaults(act=run)


def run(options: argparse.Namespace) -> int:
    """Make the runs one after another; the exit code is that of the worst.

    Raises what ended it when not even one came to its end.
    """
    Catalogue().fault(options.fault)  # before a store is asked for the runs of a fault that is none
    run_ids = repetitions(f"cli__{clock.now().isoformat(timespec='seconds')}", options.repeat)
    made, broken_off = _all(options.fault, run_ids, _parameters(options))
    if options.repeat > 1:
        say("\n".join(["", *table(*repeated_table([repeated(options.fault, made)]))]))
    return worst([*(verdict.outcome for verdict in made), *broken_off]).exit_code


def _all(fault: str, run_ids: Sequence[str], parameters: Mapping[str, Any]) -> tuple[list[Verdict], list[Outcome]]:
    """The verdicts, and how the run ended that none came after: whoever interrupts one ends them all."""
    made: list[Verdict] = []
    try:
        for run_id in run_ids:
            verdict = _made(fault, run_id, parameters)
            say(render(verdict))
            made.append(verdict)
            if verdict.outcome is Outcome.ABORTED and len(made) < len(run_ids):
                complain("it was ABORTED; no further repetition is made")
                break
    except (KeyboardInterrupt, Exception) as end:
        if not made:
            raise
        complain(f"{told(end)}; no further repetition is made")
        return made, [Outcome.ABORTED]
    return made, []


def _made(fault: str, run_id: str, parameters: Mapping[str, Any]) -> Verdict:
    from flink_chaos.cli.script import perform

    store = Store()
    plan = make_plan(store, dag_id=fault, run_id=run_id, fault=fault, parameters=parameters)
    say(one_line(f"run {plan.run_key}: {plan.fault.title} of {plan.pipeline.name}, {plan.request.demanded}"))
    attempt = store.attempt(plan.run_key)
    return close(attempt) if plan.request.dry_run else perform(_opened(attempt))


def _opened(attempt: Attempt) -> Run:
    """The run at work; one that cannot even connect ends ABORTED, so that its record does not look unfinished."""
    from flink_chaos.cli.systems import open_run

    try:
        return open_run(attempt)
    except (ClusterError, KafkaProblem) as error:
        abort(attempt, "connect", str(error))
        close(attempt)
        raise


def _parameters(options: argparse.Namespace) -> dict[str, Any]:
    pairs = [text.partition("=") for text in options.param]
    wrong = ["=".join((name, text)[: 1 + bool(equals)]) for name, equals, text in pairs if not (name and equals)]
    if wrong:
        raise StepError(f"--param {short(wrong[0], 40)}: write NAME=VALUE")
    if odd := next(filter(None, (unusable(name) for name, _, _ in pairs)), ""):
        raise StepError(f"--param: {odd}")
    names = [name for name, _, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise StepError(f"--param {short(twice[0], 40)} is given {names.count(twice[0])} times; give it once")
    return {name: _value(name, text) for name, _, text in pairs}


def _value(name: str, text: str) -> Any:
    try:
        return load(text).data
    except YamlProblem as problem:
        raise StepError(f"--param {short(name, 40)}: {short(masked(text), 40)}: {problem}") from problem
