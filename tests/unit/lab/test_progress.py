from __future__ import annotations

import threading

import pytest

from lab.commands import LabError
from lab.progress import Progress, Step, run_steps


def test_a_step_waits_for_those_it_names():
    done: list[str] = []
    steps = [Step(name, lambda name=name: done.append(name), after) for name, after in (("a", ()), ("b", ("a",)))]

    run_steps(steps, Progress())

    assert done == ["a", "b"]


def test_independent_steps_run_side_by_side():
    both = threading.Barrier(2, timeout=5)

    run_steps([Step("a", both.wait), Step("b", both.wait)], Progress())


def test_after_a_failure_nothing_that_waits_for_it_starts():
    started: list[str] = []

    def fail() -> None:
        raise LabError("no room")

    with pytest.raises(LabError, match="a: no room"):
        run_steps([Step("a", fail), Step("b", lambda: started.append("b"), ("a",))], Progress())

    assert started == []


def test_every_step_tells_its_time(capsys):
    run_steps([Step("kafka", lambda: None)], Progress())

    assert "kafka: 0.0 s" in capsys.readouterr().out
