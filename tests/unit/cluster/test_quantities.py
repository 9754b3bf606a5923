import pytest
from flink_chaos.cluster.quantities import lacking, quantity, requests_of

GIB = 2**30


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("300m", 0.3),
        ("2", 2),
        (2, 2),
        ("1Gi", GIB),
        ("2.5Gi", 2.5 * GIB),
        ("1500Ki", 1500 * 2**10),
        ("1G", 1e9),
        ("1E", 1e18),
        ("1Ei", 2**60),
        ("2Pi", 2 * 2**50),
        ("500u", 5e-4),
        ("1n", 1e-9),
        ("1e3", 1e3),
        ("12E6", 12e6),
        ("0", 0),
    ],
)
def test_quantities_are_read_as_kubernetes_writes_them(text, number):
    """Binary and decimal units down to billionths, and exponents."""
    assert quantity(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "Gi", "1 core", None, "1ki"])
def test_what_is_no_quantity_is_told(text):
    """In words, with what stood there."""
    with pytest.raises(ValueError, match="is no Kubernetes quantity such as"):
        quantity(text)


def container(cpu, **other):
    return {"resources": {"requests": {"cpu": cpu}}, **other}


@pytest.mark.parametrize(
    ("spec", "cores"),
    [
        ({"containers": [container("1"), container("500m")]}, 1.5),
        ({"containers": [{}, {"resources": {}}, {"resources": None}]}, 0),
        ({}, 0),
        ({"containers": [container("1")], "initContainers": [container("3"), container("2")]}, 3),
        (
            {
                "containers": [container("1")],
                "initContainers": [container("1", restartPolicy="Always"), container("2")],
            },
            3,
        ),
        ({"containers": [container("2")], "initContainers": [container("1", restartPolicy="Always")]}, 3),
        ({"containers": [container("1")], "overhead": {"cpu": "250m"}}, 1.25),
        ({"containers": [{"resources": {"limits": {"cpu": "2"}}}]}, 2),
        ({"containers": [container("1")], "resources": {"requests": {"cpu": "4"}}}, 4),
    ],
)
def test_a_pod_asks_for_what_the_scheduler_counts(spec, cores):
    """Containers, sidecars, the largest init container, the runtime's overhead; and one place among the node's pods."""
    asked = requests_of({"metadata": {}, "spec": spec})
    assert (asked.get("cpu", 0), asked["pods"]) == (pytest.approx(cores), 1)


def test_what_lacks_is_named_and_nothing_is_never_lacking():
    """A resource that a node does not have at all is lacking; rounding is not."""
    free = {"cpu": 0.1 + 0.2, "memory": 1.0, "pods": 0.0}
    assert sorted(lacking(free, {"cpu": 0.3, "memory": 2.0, "gpu": 1.0, "tpu": 0.0, "pods": 1.0})) == [
        "gpu",
        "memory",
        "pods",
    ]
