import pytest
from flink_chaos.litmus.engine import HOSTNAME, Aim, engine_manifest

from tests.unit.plans import a_plan


def component(plan, aim):
    return engine_manifest(plan, aim)["spec"]["experiments"][0]["spec"]["components"]


def variables(plan, aim):
    return {item["name"]: item["value"] for item in component(plan, aim)["env"]}


def test_the_engine_names_its_pods_and_kills_once():
    """A second round by name fails after 180 s."""
    env = variables(a_plan(force=False), Aim(pods=("chaos-tm-1",)))
    assert (env["TARGET_PODS"], env["FORCE"], env["PODS_AFFECTED_PERC"]) == ("chaos-tm-1", "false", "")
    assert int(env["CHAOS_INTERVAL"]) >= int(env["TOTAL_CHAOS_DURATION"])


def test_repeated_kills_go_by_the_share_of_a_unique_label():
    """Names would be gone after the first."""
    plan = a_plan(duration_seconds=30, interval_seconds=10)
    env = variables(plan, Aim(percentage=50))
    label = engine_manifest(plan, Aim())["spec"]["appinfo"]["applabel"]
    assert (env["TARGET_PODS"], env["PODS_AFFECTED_PERC"]) == ("", "50")
    assert label == f"chaos=chaos-{plan.run_key}-taskmanager"


def test_latency_is_aimed_at_the_storages_ports_only():
    """Kafka may live on the same host."""
    env = variables(a_plan(fault="network_latency"), Aim(pods=("chaos-tm-1",)))
    assert (env["DESTINATION_IPS"], "DESTINATION_PORTS" in env) == ("198.18.0.1|8020|9866", False)


def test_litmus_own_pods_are_pinned_off_a_node_that_is_drained():
    """An evicted runner is restarted, and injects again."""
    manifest = engine_manifest(a_plan(fault="node_drain"), Aim(node="node2", helper_node="node1"))
    pinned = {HOSTNAME: "node1"}
    assert manifest["spec"]["components"]["runner"]["nodeSelector"] == pinned
    assert manifest["spec"]["experiments"][0]["spec"]["components"]["nodeSelector"] == pinned


def test_a_variable_that_cannot_be_filled_in_is_told_with_those_there_are():
    """Whoever writes a fault's file sees what can be referred to."""
    plan = a_plan()
    fault = plan.fault.model_copy(update={"environment": {"X": "${nonsense}"}})
    with pytest.raises(ValueError, match=r"no such name 'nonsense'; there are: .*target_pods"):
        engine_manifest(plan.model_copy(update={"fault": fault}), Aim())


def test_after_a_drain_the_plan_decides_how_long_the_pods_may_look_for_a_node():
    """Litmus gives up later than we do: our end names what was missing."""
    drain, kill = a_plan(fault="node_drain", recovery_deadline_seconds=120), a_plan()
    assert component(drain, Aim(node="n1"))["statusCheckTimeouts"]["timeout"] == 150
    assert component(kill, Aim(pods=("p",)))["statusCheckTimeouts"]["timeout"] == 60
