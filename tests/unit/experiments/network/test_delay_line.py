from __future__ import annotations

import pytest

from experiments.network.delay_line import DelayLine


def line(latency=0.2, jitter=0.0) -> tuple[DelayLine[str], list[float]]:
    now = [100.0]
    return DelayLine[str](latency, jitter, lambda: now[0]), now


def test_a_packet_is_due_after_the_latency_and_not_before():
    """Each counted from its own arrival."""
    held, now = line()
    held.hold("a")
    now[0] += 0.15
    held.hold("b")
    assert held.due() == []
    assert held.wait() == pytest.approx(0.05)
    now[0] += 0.051
    assert held.due() == ["a"]
    assert held.wait() == pytest.approx(0.149)
    assert len(held) == 1


def test_packets_of_the_same_moment_keep_their_order():
    """Without jitter nothing overtakes."""
    held, now = line()
    for packet in "cab":
        held.hold(packet)
    now[0] += 1
    assert held.due() == ["c", "a", "b"]


def test_jitter_spreads_evenly_on_both_sides():
    """And never into the past."""
    held, now = line(latency=0.1, jitter=0.05)
    due = []
    for _ in range(300):
        held.hold("x")
        due.append(held.wait())
        held.drain()
    assert min(due) == pytest.approx(0.05, abs=0.01)
    assert max(due) == pytest.approx(0.15, abs=0.01)
    early, _ = line(latency=0.0, jitter=5.0)
    early.hold("x")
    assert early.wait() >= 0
    assert now[0] == 100.0


def test_drain_takes_all_in_the_order_of_their_times():
    """Which is what a revert lets go."""
    held, now = line()
    held.hold("a")
    now[0] += 0.01
    held.hold("b")
    assert held.drain() == ["a", "b"]
    assert held.wait() is None
