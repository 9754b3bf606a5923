from __future__ import annotations

import pytest

from experiments.errors import ChaosError, Code
from experiments.targets import Owner, Pod, Target, parse_targets, select, share

APP = Owner("deployment", "app")
PODS = [
    Pod("app-0", "flink", "u0", {"app": "app", "component": "jobmanager"}, APP),
    Pod("app-1", "flink", "u1", {"app": "app", "component": "taskmanager"}, APP),
    Pod("other-1", "flink", "u2", {"app": "other", "component": "taskmanager"}, Owner("deployment", "other")),
    Pod("alone", "flink", "u3", {"app": "app"}),
    Pod("chaos", "flink", "u4", {"chaosUID": "x"}, Owner("job", "chaos")),
    Pod("app-1", "elsewhere", "u5", {"app": "app"}, APP),
]


def names(text: str) -> list[str]:
    return [pod.name for target in parse_targets(text) for pod in select(target, PODS)]


def test_grammar():
    assert parse_targets("deployment:flink:[a=b,c=d];pod:flink:[x]") == (
        Target("deployment", "flink", ("a=b", "c=d")),
        Target("pod", "flink", ("x",)),
    )
    assert parse_targets("") == ()


@pytest.mark.parametrize("text", ["deployment:flink", "deployment:flink:a=b", "nonsense"])
def test_bad_grammar_names_the_entry(text):
    with pytest.raises(ChaosError, match=text) as error:
        parse_targets(text)
    assert error.value.code is Code.TARGET_SELECTION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("deployment:flink:[component=taskmanager]", ["app-1", "other-1"]),
        ("deployment:flink:[app=app,component=taskmanager]", ["app-0", "app-1", "other-1"]),
        ("deployment:flink:[app]", ["app-0", "app-1"]),
        ("statefulset:flink:[app=app]", []),
        ("pod:flink:[alone,missing]", ["alone"]),
        ("KIND:flink:[]", ["app-0", "app-1", "other-1", "alone"]),
        (":flink:[app=app]", ["alone"]),
    ],
)
def test_selection(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(("percentage", "count"), [(0, 1), (1, 1), (50, 2), (74, 2), (75, 3), (100, 4), (500, 4)])
def test_share_is_at_least_one_pod(percentage, count):
    assert len({pod.uid for pod in share(PODS[:4], percentage)}) == count


def test_share_goes_around():
    assert [pod.uid for pod in share(PODS[:4], 75, start=2)] == ["u2", "u3", "u0"]
    assert share([], 100) == []
