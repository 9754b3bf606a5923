import pytest
from flink_chaos.cluster.events import Event, event_of, events
from flink_chaos.cluster.resources import EVENTS

ABOUT = {"kind": "Pod", "name": "p", "namespace": "ns"}
MADE = {"name": "e", "namespace": "ns", "uid": "u", "creationTimestamp": "2026-01-01T00:00:01Z"}
OLD = {"firstTimestamp": "2026-01-01T00:00:02Z", "lastTimestamp": "2026-01-01T00:00:09Z", "count": 3}
NEW = {
    "eventTime": "2026-01-01T00:00:02.000000Z",
    "firstTimestamp": None,
    "lastTimestamp": None,
    "series": {"count": 3, "lastObservedTime": "2026-01-01T00:00:09.000000Z"},
}
BASE_MS = 1_767_225_600_000


@pytest.mark.parametrize("form", [OLD, NEW])
def test_both_forms_of_an_event_tell_the_same(form):
    """Kubelets fill timestamps and a count, newer reporters a series."""
    words = {"type": "Warning", "reason": "R", "message": "m"}
    told = event_of({"metadata": MADE, "involvedObject": ABOUT, **words, **form})
    first_ms, last_ms = BASE_MS + 2_000, BASE_MS + 9_000
    assert told == Event(
        "u", "Pod", "p", warning=True, reason="R", message="m", count=3, first_ms=first_ms, last_ms=last_ms
    )


def test_an_event_without_times_and_words_was_when_it_was_made():
    """Once, and no warning."""
    told = event_of({"metadata": MADE, "involvedObject": ABOUT, "eventTime": None, "message": None})
    assert (told.count, told.first_ms - BASE_MS, told.last_ms - BASE_MS, told.warning) == (1, 1_000, 1_000, False)


def test_events_are_listed_oldest_first(cluster, fake_api):
    """The API server lists them by name."""
    for name, second in (("a", 9), ("b", 3)):
        metadata = MADE | {"name": name, "uid": name}
        times = {"firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": f"2026-01-01T00:00:0{second}Z"}
        fake_api.put(EVENTS, {"metadata": metadata, "involvedObject": ABOUT, **times})
    assert [event.uid for event in events(cluster, "ns")] == ["b", "a"]
