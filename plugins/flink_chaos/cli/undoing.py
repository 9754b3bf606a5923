"""What runs left behind whose process is gone: flink-chaos undo RUN_KEY | --all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flink_chaos.cli.saying import say
from flink_chaos.model.footprint import RUN_KEY
from flink_chaos.model.verdict import SETUP_ERROR, Outcome
from flink_chaos.profiles.catalogue import Catalogue, default_environment
from flink_chaos.report.text import render
from flink_chaos.steps.remains import STORE_ERRORS, with_record
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import Store

if TYPE_CHECKING:
    import argparse

    from flink_chaos.model.environment import Environment
    from flink_chaos.steps.run import Run


def add_undo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    command = commands.add_parser("undo", help="take away what a killed run left behind")
    command.add_argument("run_key", nargs="?", help="of the run, whether its record is there or not")
    command.add_argument(
        "--all", action="store_true", dest="every", help="of every run whose process has been gone for 15 minutes"
    )
    command.add_argument("--environment", help="where to look for a run without a record, and for all")
    command.set_defaults(act=undo)


def undo(options: argparse.Namespace) -> int:
    """Undo one run, or all that nobody goes on with; 4 if anything is left. Raises StepError for neither or both."""
    if options.every == (options.run_key is not None):
        raise StepError("undo what? `flink-chaos undo RUN_KEY`, or `flink-chaos undo --all`")
    environment = Catalogue().environment(options.environment or default_environment())
    clean = _undo_all(environment) if options.every else _undo_one(options.run_key, environment)
    return Outcome.PASS.exit_code if clean else SETUP_ERROR


def _undo_one(key: str, environment: Environment) -> bool:
    run = _recorded(key)
    if run is None:
        from flink_chaos.cli.systems import open_cluster, open_kafka
        from flink_chaos.steps import abandoned

        cluster, kafka = open_cluster(environment), open_kafka(environment)
        return abandoned.undo(abandoned.find(cluster, kafka, environment.namespace, key), partial(_told, key))
    from flink_chaos.cli.script import undo as undo_run

    verdict, clean = undo_run(run)
    say(render(verdict))
    return clean


def _undo_all(environment: Environment) -> bool:
    from flink_chaos.cli.systems import open_cluster, open_kafka
    from flink_chaos.steps.abandoned import abandoned, undo_all

    cluster = open_cluster(environment)
    found = abandoned(cluster, environment.namespace, lambda _: False)
    say(f"{len(found) or 'no'} runs in namespace {environment.namespace} that nobody goes on with")
    kafka = open_kafka(environment)
    return not undo_all([with_record(one, cluster, kafka) for one in found], _told)


def _recorded(key: str) -> Run | None:
    """The run by its record; None where that cannot be read. Raises StoreError for what is no key at all."""
    from flink_chaos.cli.systems import open_run

    try:
        return open_run(Store().attempt(key))
    except STORE_ERRORS as error:
        if not RUN_KEY.fullmatch(key):
            raise
        say(f"run {key}: {error}\nIt is undone without its record, by its lease and by what bears its key.")
        return None


def _told(key: str, message: str) -> None:
    say(f"{key}  {message}")
