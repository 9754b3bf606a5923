from __future__ import annotations

import pytest

from experiments.errors import ChaosError
from experiments.settings import read_settings

ENV = {"CHAOSENGINE": "e", "CHAOS_NAMESPACE": "flink", "CHAOS_UID": "u", "EXPERIMENT_NAME": "pod-delete"}


def test_defaults_are_those_of_litmus():
    settings = read_settings(ENV, "pod-delete")
    assert (settings.duration, settings.interval, settings.ramp_time) == (30, 10, 0)
    assert (settings.status_timeout, settings.status_delay, settings.percentage) == (180, 2, 0)
    assert (settings.serial, settings.force, settings.health_check) == (False, False, True)
    assert settings.result == "e-pod-delete"


def test_empty_values_of_the_hub_mean_the_default():
    settings = read_settings(
        ENV | {"RAMP_TIME": "", "PODS_AFFECTED_PERC": "", "SEQUENCE": "", "TARGET_PODS": ""}, "pod-delete"
    )
    assert (settings.ramp_time, settings.percentage, settings.serial, settings.target_pods) == (0, 0, False, ())


def test_values():
    env = ENV | {
        "TARGET_PODS": "a, b",
        "FORCE": "true",
        "SEQUENCE": "serial",
        "DEFAULT_HEALTH_CHECK": "false",
        "INSTANCE_ID": "7",
    }
    settings = read_settings(env, "pod-delete")
    assert settings.target_pods == ("a", "b")
    assert (settings.force, settings.serial, settings.health_check) == (True, True, False)
    assert settings.result == "e-pod-delete-7"


@pytest.mark.parametrize(
    ("name", "value"),
    [("CHAOS_INTERVAL", "soon"), ("TOTAL_CHAOS_DURATION", "-1"), ("SEQUENCE", "both"), ("CHAOS_NAMESPACE", "")],
)
def test_a_bad_value_names_its_variable(name, value):
    with pytest.raises(ChaosError, match=name):
        read_settings(ENV | {name: value}, "pod-delete")
