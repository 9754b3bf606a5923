from __future__ import annotations

import json

from experiments.network.report import annotations_of_report, reports_of, told


def test_a_report_is_one_annotation_and_litmus_mark():
    """The mark is for whoever knows Litmus only."""
    found = annotations_of_report("delay", 3, "tm-1", {"status": "injected", "way": "netem"})
    assert found["pod/tm-1"] == "injected"
    assert json.loads(found["flink-chaos.io/delay-3"]) == {"pod": "tm-1", "status": "injected", "way": "netem"}


def test_a_long_pod_name_is_in_the_report_only():
    """It has no room in an annotation's key."""
    assert list(annotations_of_report("delay", 0, "p" * 64, {"status": "injected"})) == ["flink-chaos.io/delay-0"]


def test_a_later_revert_has_the_last_word_on_the_status():
    """And leaves the figures."""
    annotations = {
        "flink-chaos.io/revert-0": '{"pod": "a", "status": "reverted"}',
        "flink-chaos.io/delay-0": '{"pod": "a", "status": "injected", "packets": 5}',
        "flink-chaos.io/delay-1": '{"pod": "b", "status": "injected"}',
        "somebody/else": "x",
    }
    found = reports_of(annotations)
    assert found["a"] == {"pod": "a", "status": "reverted", "packets": 5}
    assert found["b"]["status"] == "injected"


def test_a_report_in_words():
    """Also one that has little to say."""
    assert told({"pod": "a", "status": "reverted"}) == "pod a: reverted, unknown way, 0 packets delayed"
