"""The test of the test: flink-chaos selftest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flink_chaos.cli.arguments import whole
from flink_chaos.cli.saying import show
from flink_chaos.model.selftest import MOST_RECORDS
from flink_chaos.model.verdict import Outcome
from flink_chaos.profiles.catalogue import Catalogue, default_environment
from flink_chaos.report.selftest import selftest_line
from flink_chaos.steps.selftest_fact import self_test_fact
from flink_chaos.store.records import Store
from flink_chaos.store.selftest import keep

if TYPE_CHECKING:
    import argparse

    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.model.selftest import SelfTestResult

RECORDS = 20_000


def add_selftest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    command = commands.add_parser("selftest", help="plant known offences and demand that the record proof finds them")
    command.add_argument("run_key", nargs="?", help="spoil a copy of this run's own output instead; stores nothing")
    command.add_argument(
        "--seed", type=whole(0, 2**63 - 1), help="the same plantings again; another each time, if nothing is said"
    )
    command.add_argument(
        "--records", type=whole(1, MOST_RECORDS), default=RECORDS, help="how many, %(default)s if nothing is said"
    )
    command.add_argument("--without-kafka", action="store_true", help="from memory, without topics and transactions")
    command.set_defaults(act=selftest)


def selftest(options: argparse.Namespace) -> int:
    """Test, and store the result: every verdict tells it. 1 if anything was not found as it was planted."""
    from flink_chaos.steps.selftesting import self_test

    seed = int(time.time()) if options.seed is None else options.seed
    if options.run_key is not None:
        result = _of_run(options.run_key, seed)
    else:
        result = self_test(None if options.without_kafka else _kafka(), seed=seed, records=options.records, say=show)
        keep(Store().root, result)
    show(selftest_line(self_test_fact(result)))
    return (Outcome.PASS if result.ok else Outcome.FAIL).exit_code


def _of_run(run_key: str, seed: int) -> SelfTestResult:
    """It leaves out transactions, so it is not the test that verdicts tell."""
    from flink_chaos.cli.systems import open_run
    from flink_chaos.steps.selftesting import self_test_of

    return self_test_of(open_run(Store().attempt(run_key)), seed=seed, say=show)


def _kafka() -> Kafka:
    from flink_chaos.cli.systems import open_kafka  # the client of Kubernetes, which no list needs

    return open_kafka(Catalogue().environment(default_environment()))
