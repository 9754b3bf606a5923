from __future__ import annotations

import pytest

from experiments.errors import ChaosError
from experiments.settings import read_settings
from experiments.variables import Variables

ENV = {"CHAOSENGINE": "e", "CHAOS_NAMESPACE": "flink", "CHAOS_UID": "u", "EXPERIMENT_NAME": "pod-delete"}


def read(**env):
    return read_settings(Variables(ENV | env), "pod-delete")


def test_defaults_are_those_of_litmus():
    """What a hub manifest leaves out."""
    settings = read()
    assert (settings.duration, settings.ramp_time, settings.grace) == (30, 0, 0)
    assert (settings.status_timeout, settings.status_delay, settings.percentage) == (180, 2, 0)
    assert (settings.serial, settings.health_check, settings.cleanup) == (False, True, False)
    assert settings.result == "e-pod-delete"


def test_a_fault_has_a_duration_of_its_own():
    """Only if the variable is empty."""
    assert read_settings(Variables(ENV), "node-drain", 60).duration == 60
    assert read_settings(Variables(ENV | {"TOTAL_CHAOS_DURATION": "5"}), "node-drain", 60).duration == 5


def test_empty_values_of_the_hub_mean_the_default():
    """Charts are full of them."""
    settings = read(RAMP_TIME="", PODS_AFFECTED_PERC="", SEQUENCE="", TARGET_PODS="", DEFAULT_HEALTH_CHECK="")
    assert (settings.ramp_time, settings.percentage, settings.serial, settings.target_pods) == (0, 0, False, ())
    assert settings.health_check is True


def test_values():
    """As an engine sets them."""
    settings = read(
        TARGET_PODS="a, b",
        SEQUENCE="serial",
        DEFAULT_HEALTH_CHECK="false",
        INSTANCE_ID="7",
        JOB_CLEANUP_POLICY="delete",
        TERMINATION_GRACE_PERIOD_SECONDS="60",
    )
    assert settings.target_pods == ("a", "b")
    assert (settings.serial, settings.health_check, settings.cleanup, settings.grace) == (True, False, True, 60)
    assert settings.result == "e-pod-delete-7"


@pytest.mark.parametrize(
    ("name", "value"),
    [("RAMP_TIME", "soon"), ("TOTAL_CHAOS_DURATION", "-1"), ("SEQUENCE", "both"), ("CHAOS_NAMESPACE", "")],
)
def test_a_bad_value_names_its_variable(name, value):
    """And says what is wrong with it."""
    with pytest.raises(ChaosError, match=name):
        read(**{name: value})
