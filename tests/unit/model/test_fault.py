import re

import pytest
from flink_chaos.model.fault import Fault
from flink_chaos.model.parameter import Parameter
from flink_chaos.profiles.catalogue import Catalogue
from pydantic import ValidationError

POD_DELETE = Catalogue().fault("pod_delete")


def spoilt(**other):
    """The shipped fault with other fields."""
    return Fault.model_validate(POD_DELETE.model_dump() | other)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"duration_seconds": 0}, "duration_seconds: 0 is below 1 s"),
        ({"duration_seconds": 9999}, "9999 is above 3600 s"),
        ({"duration_seconds": "30"}, "'30' is no integer"),
        ({"duration_seconds": True}, "True is no integer"),
        ({"component": "pod"}, "'pod' is none of taskmanager, jobmanager"),
        ({"amount": "0"}, "'0' does not match"),
        ({"force": "yes"}, "'yes' is no boolean"),
        ({"duration_seconds": 10**5_000}, "a huge int is above 3600 s"),
        ({"amount": "9" * 5_000}, "has 5,000 characters; 4,000 are allowed"),
        ({"amount": ["1"]}, r"amount: \['1'\] is no string"),
    ],
)
def test_a_parameter_out_of_its_bounds_is_told_with_them(given, told):
    """Name, value, bound, unit."""
    with pytest.raises(ValueError, match=told):
        POD_DELETE.values(given)


def test_what_is_not_given_has_its_default():
    """Every parameter has a value afterwards."""
    values = POD_DELETE.values({"amount": "50%"})
    assert values == {
        "component": "taskmanager",
        "amount": "50%",
        "duration_seconds": 15,
        "interval_seconds": 15,
        "force": True,
    }


@pytest.mark.parametrize(("duration", "interval", "rounds"), [(15, 15, 1), (15, 60, 1), (30, 10, 3), (25, 10, 3)])
def test_an_interval_below_the_duration_means_several_strikes(duration, interval, rounds):
    """As Litmus counts."""
    values = POD_DELETE.values({"duration_seconds": duration, "interval_seconds": interval})
    assert (POD_DELETE.rounds(values), POD_DELETE.seconds(values)) == (rounds, duration)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"lasts": "minutes"}, "lasts: no parameter `minutes`; there are: component"),
        ({"every": "minutes"}, "every: no parameter"),
        ({"experiment": ""}, "names its ChaosExperiment"),
        ({"parameters": [], "lasts": 1, "every": ""}, "needs the parameter `component`"),
        ({"evidence": "none"}, "none cannot prove what litmus does; there are: pods_replaced"),
        ({"aim": "none"}, "aim: Litmus must be told whom to hit"),
        ({"evidence": "packets_delayed"}, "evidence packets_delayed needs the parameter `latency_ms`"),
        ({"parameters": [p.model_dump() for p in POD_DELETE.parameters] * 2}, "`component` is there twice"),
        (
            {"parameters": [p.model_dump() | {"name": p.name.replace("force", "seed")} for p in POD_DELETE.parameters]},
            "`seed` is a parameter of every run",
        ),
        ({"lasts": -5}, "lasts"),
    ],
)
def test_a_fault_that_contradicts_itself_is_refused(other, told):
    """When it is read, not when it strikes."""
    with pytest.raises(ValidationError, match=told):
        spoilt(**other)


def test_a_default_must_be_allowed_itself():
    """Or the form could not be sent unchanged."""
    with pytest.raises(ValidationError, match="default of n: 9 is above 5"):
        Parameter(name="n", title="N", type="integer", default=9, maximum=5)
    with pytest.raises(ValidationError, match="no regular expression"):
        Parameter(name="n", title="N", type="string", default="a", pattern="[")
    with pytest.raises(ValidationError, match="default of n: Airflow's form cannot send an empty text"):
        Parameter(name="n", title="N", type="string", default="")


def test_booleans_are_written_as_litmus_reads_them():
    """True is not `true`."""
    names = {"target_pods": "p", "percentage": ""}
    assert POD_DELETE.variables(POD_DELETE.values({"force": True}), names)["FORCE"] == "true"


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**400])
def test_a_number_without_bounds_has_those_of_all_systems(value):
    """None of them counts further than 64 bits."""
    parameter = Parameter(name="x", title="x", type="integer", default=0)
    assert parameter.problem(2**63 - 1) == ""
    assert re.search("is (above|below) -?9223372036854775807", parameter.problem(value))


@pytest.mark.parametrize("text", ["a\0b", "\x1b[2J", "\ud800", "x" * 10**6])
def test_a_text_without_a_pattern_is_one_that_systems_take(text):
    """It becomes a variable of a pod."""
    assert Parameter(name="x", title="x", type="string", default="x").problem(text)


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}", "(" * 5_000])
def test_a_pattern_that_cannot_be_is_the_files_problem(pattern):
    """Python has three ways to say so."""
    with pytest.raises(ValidationError, match="no regular expression"):
        Parameter(name="x", title="x", type="string", default="x", pattern=pattern)
