"""The program with ways that are made up; tests/e2e/test_delay.py runs it in a real network."""

from __future__ import annotations

import json
import os

import pytest

from experiments.network import delay as delays
from experiments.network.delay import Delay, started
from experiments.network.order import read_order
from experiments.network.tools import ToolError
from experiments.network.way import Counts
from experiments.variables import Variables


class _Way:
    """Works, or says why not."""

    problem = ""
    broken_reverts = 0
    made: list[_Way] = []  # noqa: RUF012 - each subclass has its own

    def __init__(self, _order) -> None:
        self.at_work = False
        self.reverts = 0
        self.made.append(self)

    def start(self):
        self.at_work = True
        if self.problem:
            raise ToolError(self.problem)

    def revert(self):
        if type(self).broken_reverts:
            type(self).broken_reverts -= 1
            raise ToolError("stuck")
        self.at_work = False
        self.reverts += 1

    def counts(self, probes):
        return Counts(5, probes)

    def files(self):
        return []

    def serve(self):
        return None


@pytest.fixture(autouse=True)
def ways(monkeypatch):
    """Both ways work."""
    kinds = {}
    for name, module_name in (("netem", "Netem"), ("nfqueue", "Nfqueue")):
        kinds[name] = type(module_name, (_Way,), {"name": name, "made": []})
        monkeypatch.setattr(delays, module_name, kinds[name])
    monkeypatch.setattr(delays.time, "sleep", lambda _: None)
    return kinds


def order(**env):
    return read_order(Variables({"TOTAL_CHAOS_DURATION": "0"} | env))


def test_netem_is_taken_where_the_kernel_has_it():
    """It is the kernel's own."""
    assert started(order()).name == "netem"


def test_nfqueue_is_taken_where_it_has_not(ways):
    """And what netem has begun is removed."""
    ways["netem"].problem = "Specified qdisc kind is unknown"
    assert started(order()).name == "nfqueue"
    assert not ways["netem"].made[-1].at_work


def test_a_way_can_be_asked_for(ways):
    """Then there is no other."""
    assert started(order(DELAY_WAY="nfqueue")).name == "nfqueue"
    ways["netem"].problem = "unknown"
    with pytest.raises(ToolError, match="netem: unknown"):
        started(order(DELAY_WAY="netem"))


def test_a_delay_tells_its_beginning_and_its_end(capsys, ways):
    """After the removal of what an earlier run has left."""
    Delay(order(), []).run()
    first, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["status"], last["status"]) == ("injected", "reverted")
    assert (last["way"], last["packets"], last["latency"]) == ("netem", 5, 2000)
    assert not ways["netem"].made[-1].at_work
    assert [way.reverts for way in ways["netem"].made + ways["nfqueue"].made] == [1, 1, 1]


def test_a_closed_input_ends_it_before_its_time(capsys):
    """So that nothing goes on for a helper that is dead."""
    reading, writing = os.pipe()
    os.close(writing)
    Delay(order(TOTAL_CHAOS_DURATION="1000"), [reading]).run()
    assert '"reverted"' in capsys.readouterr().out


def test_a_revert_is_tried_three_times(ways, capsys):
    """Then the failure shows, and no end is told."""
    ways["netem"].problem = "none"

    def stuck(times: int) -> Delay:
        delay = Delay(order(), [])
        delay._serve = lambda: setattr(ways["nfqueue"], "broken_reverts", times)
        return delay

    stuck(2).run()
    assert '"reverted"' in capsys.readouterr().out
    with pytest.raises(ToolError, match="stuck"):
        stuck(3).run()
    assert '"reverted"' not in capsys.readouterr().out


def test_a_bad_order_ends_with_an_exit_code(monkeypatch):
    """The helper's log then has the reason."""
    monkeypatch.setenv("NETWORK_LATENCY", "long")
    assert delays.main([]) == 1
