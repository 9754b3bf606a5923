from __future__ import annotations

import socket
import threading

from experiments.network.round_trip import RoundTrips, Samples

HERE = ("10.0.0.1", 80)


def test_figures_of_an_endpoint():
    """Median, least and most of the answers; what got none is counted apart."""
    samples = Samples()
    for value in (1.0, None, 3.0, 10.004):
        samples.add(HERE, value)
    assert samples.of(HERE) == {"median": 3.0, "min": 1.0, "max": 10.0, "count": 4, "lost": 1}
    assert samples.probes == 4


def test_no_answer_has_no_figures():
    """None, not zero."""
    samples = Samples()
    samples.add(HERE, None)
    assert samples.of(HERE) == {"median": None, "min": None, "max": None, "count": 1, "lost": 1}


def test_three_parts_are_reported():
    """During the fault it goes on until it is stopped."""
    twice = threading.Event()
    calls = []

    def measure(_endpoint, timeout):
        calls.append(timeout)
        if timeout == 9.0:
            twice.set()
        return timeout

    trips = RoundTrips([HERE], 9.0, measure)
    trips.measure(trips.before)
    trips.start()
    assert twice.wait(5)
    trips._stop.wait(0.05)
    trips.stop()
    trips.measure(trips.after)
    [report] = trips.report()
    assert report["endpoint"] == "10.0.0.1:80"
    assert [report[part]["median"] for part in ("before", "during", "after")] == [2.0, 9.0, 2.0]


def test_a_measurement_that_fails_is_no_answer(monkeypatch):
    """Whatever the network says; a refusal is an answer."""
    from experiments.network.round_trip import connect_time

    answers = iter([0, 111, 113])

    class _Socket(socket.socket):
        def setsockopt(self, *_):
            pass

        def connect_ex(self, _address):
            return next(answers)

    monkeypatch.setattr("experiments.network.round_trip.socket.socket", _Socket)
    assert [connect_time(HERE, 1) is None for _ in range(3)] == [False, False, True]
