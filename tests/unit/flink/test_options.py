import pytest
from flink_chaos.flink.manifests import application_manifests, loader_manifests
from flink_chaos.flink.options import application_configuration
from flink_chaos.model.base import Copy
from flink_chaos.model.flink_options import value_of
from flink_chaos.model.plan import plan_run
from flink_chaos.model.request import RunRequest
from flink_chaos.profiles.catalogue import Catalogue

from tests.unit.plans import AT

INTERVAL = "execution.checkpointing.interval"


def plan(environment=None, application=None, high_availability=True, **request):
    """A plan whose environment, pipeline and request say these Flink options."""
    catalogue = Catalogue()
    pipeline, place, fault = (
        catalogue.pipeline("ad_events"),
        catalogue.environment("lab"),
        catalogue.fault("pod_delete"),
    )
    flink = place.flink.model_copy(update={"configuration": environment or {}})
    own = pipeline.application.model_copy(
        update={"configuration": application or {}, "high_availability": high_availability}
    )
    return plan_run(
        dag_id="d",
        run_id="r",
        attempt=1,
        now=AT,
        version="0",
        request=RunRequest(**request),
        environment=place.model_copy(update={"flink": flink}),
        pipeline=pipeline.model_copy(update={"application": own}),
        fault=fault,
        fault_parameters={},
        scripts={name: catalogue.script(name) for name in pipeline.scripts},
    )


def options(**given):
    return application_configuration(plan(**given), Copy.CHAOS)


def test_each_place_counts_more_than_the_one_before():
    """Built in, environment, pipeline, request; by option, whatever it is called."""
    name, older = "restart-strategy.type", "restart-strategy"
    assert options()[name] == "fixed-delay"
    assert options(environment={older: "failure-rate"})[name] == "failure-rate"
    assert options(environment={name: "failure-rate"}, application={older: "none"})[name] == "none"
    all_three = options(
        environment={name: "a"}, application={older: "b"}, flink_configuration={"restart-strategy": "exponential-delay"}
    )
    assert (all_three[name], older in all_three) == ("exponential-delay", False)


@pytest.mark.parametrize("place", ["environment", "application", "flink_configuration"])
def test_an_interval_that_a_profile_says_is_the_plans(place):
    """What waits for checkpoints must know it; the option stays as exact as it was written."""
    found = plan(**{place: {INTERVAL: "29500 ms", "execution.checkpointing.timeout": "2 min"}})
    assert (found.request.checkpoint_interval_seconds, found.request.checkpoint_timeout_seconds) == (30, 120)
    assert application_configuration(found, Copy.CHAOS)[INTERVAL] == "29500 ms"


def test_a_parameter_of_the_run_counts_more_than_its_profiles():
    """A person asked for it now."""
    found = plan(environment={INTERVAL: "30s"}, application={INTERVAL: "40s"}, checkpoint_interval_seconds=2)
    assert found.request.checkpoint_interval_seconds == 2
    assert application_configuration(found, Copy.CHAOS)[INTERVAL] == "2s"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"flink_configuration": {INTERVAL: "30s"}, "checkpoint_interval_seconds": 2}, "keep one"),
        ({"environment": {INTERVAL: "soon"}}, "soon is no duration"),
        ({"environment": {"execution.checkpointing.mode": "at-least-once"}}, "that parameter decides about both"),
        (
            {"application": {"state.backend": "rocksdb", "state.backend.type": "hashmap"}},
            "two names of one Flink option",
        ),
    ],
)
def test_what_contradicts_itself_is_no_plan(given, words):
    """Nobody could say what runs."""
    with pytest.raises(ValueError, match=words):
        options(**given)


def test_a_checkpointing_mode_that_agrees_is_no_contradiction():
    """However it is spelled."""
    assert options(environment={"execution.checkpointing.mode": "exactly-once"})


def test_an_environment_does_not_give_high_availability_to_who_wants_none():
    """Such a pipeline shows what is lost without."""
    wants_none = options(environment={"high-availability": "kubernetes"}, high_availability=False)
    assert value_of(wants_none, "high-availability.type") == "NONE"
    assert value_of(options(environment={"high-availability": "zookeeper"}), "high-availability.type") == "zookeeper"


def test_the_loader_is_never_restarted_whatever_its_environment_says():
    """By either name."""
    for name in ("restart-strategy", "restart-strategy.type"):
        found = loader_manifests(plan(environment={name: "fixed-delay"}))[-1]["spec"]["flinkConfiguration"]
        assert value_of(found, "restart-strategy.type") == "none"


def test_values_of_options_are_filled_in_for_a_program_that_reads_them():
    """Other uses of the sign are none of ours."""
    found = plan(application={"orders.topic": "${sink_topic}", "other": "a$b ${env:HOME}"})
    told = [application_manifests(found, copy)[-1]["spec"]["flinkConfiguration"] for copy in Copy]
    assert [one["orders.topic"] for one in told] == [found.copies[copy].sink for copy in Copy]
    assert {one["other"] for one in told} == {"a$b ${env:HOME}"}
