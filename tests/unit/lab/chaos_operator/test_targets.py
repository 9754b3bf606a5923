from __future__ import annotations

import pytest

from lab.chaos_operator.targets import IncompleteTargetError, targets_of


def engine(**spec) -> dict:
    return {"metadata": {"namespace": "here"}, "spec": spec}


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({}, ""),
        ({"appinfo": {}}, ""),
        ({"appinfo": {"appns": "flink"}}, "KIND:flink:[]"),
        ({"appinfo": {"applabel": "a=b,c=d", "appkind": "deployment"}}, "deployment:here:[a=b,c=d]"),
        ({"selectors": {"pods": [{"namespace": "flink", "names": "p,q"}]}}, "pod:flink:[p,q]"),
        (
            {
                "selectors": {
                    "workloads": [
                        {"kind": "deployment", "namespace": "n", "names": "x"},
                        {"kind": "statefulset", "namespace": "n", "labels": "a=b"},
                    ]
                }
            },
            "deployment:n:[x];statefulset:n:[a=b]",
        ),
    ],
)
def test_targets(spec, text):
    assert targets_of(engine(**spec)) == text


@pytest.mark.parametrize(
    "spec",
    [
        {"appinfo": {"appns": "flink", "applabel": "a=b"}},
        {"appinfo": {"appkind": "deployment"}},
        {"selectors": {}},
        {"selectors": {"workloads": [{"kind": "deployment", "namespace": "n"}]}},
    ],
)
def test_incomplete_targets_are_refused(spec):
    with pytest.raises(IncompleteTargetError):
        targets_of(engine(**spec))
