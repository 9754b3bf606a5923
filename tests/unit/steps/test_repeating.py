import subprocess
import sys

import pytest
from flink_chaos.model.verdict import Outcome
from flink_chaos.steps.repeating import compared, repeated
from flink_chaos.verdict.judge import judge

from tests.unit.observed import facts, observation
from tests.unit.plans import a_plan, journal

BASE = judge(a_plan(), journal(*facts()), observation())


def measured(more=0, **changed):
    """A run whose chaos copy had so many records more than the control, and 10,000."""
    lag = BASE.recovery.lag.model_copy(update={"peak": 14_000 + more, "peak_control": 4_000})
    return BASE.model_copy(update={"recovery": BASE.recovery.model_copy(update={"lag": lag})} | changed)


def test_repetitions_are_told_with_an_interval():
    """Over all that are given, each pair a run."""
    found = repeated("kill", [measured(more) for more in (0, 100, 200, 300)])
    lag = found.differences[0]
    assert (found.name, found.runs, lag.name, lag.runs) == ("kill", 4, "highest lag", 4)
    assert 10_000 <= lag.low <= lag.median == 10_150 <= lag.high <= 10_300
    assert (lag.p, lag.effect, lag.detectable > 0) == (0.125, 1.0, True)


@pytest.mark.parametrize("other", [{"outcome": Outcome.INCONCLUSIVE}, {"outcome": Outcome.ABORTED}, {"recovery": None}])
def test_what_nobody_saw_or_can_trust_is_no_pair(other):
    """A FAIL is one: its differences are as real."""
    found = repeated("kill", [measured(), measured(9_000, **other), measured(200, outcome=Outcome.FAIL)])
    assert (found.runs, found.differences[0].median) == (2, 10_100)


def test_two_repetitions_have_a_median_and_one_has_nothing():
    """An interval would be a guess."""
    two, one = (repeated("kill", [measured()] * times) for times in (2, 1))
    assert [(found.median, found.low, found.p) for found in two.differences] == [(10_000, None, None), (10, None, None)]
    assert (one.runs, one.differences) == (1, [])


def test_runs_without_a_fault_are_looked_for_when_there_is_something_to_compare():
    """It reads the whole store."""
    asked = []
    compared([BASE.recovery], lambda: asked.append(1) or [])
    assert asked == []
    assert compared([BASE.recovery] * 2, lambda: asked.append(1) or [BASE.recovery])[0].noise_runs == 1


def test_nobody_waits_for_scipy_but_repetitions():
    """It takes a second: neither the command line, nor a suite's tasks, nor a single run."""
    code = """
import sys
import flink_chaos.cli.main, flink_chaos.operators.suite, flink_chaos.report.suite, flink_chaos.steps.suites
from flink_chaos.steps.repeating import compared
compared([None])
print("scipy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
