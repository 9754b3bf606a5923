from flink_chaos.cluster.pods import Pod
from flink_chaos.litmus.engine import engine_manifest
from flink_chaos.litmus.evidence import pod_replaced
from flink_chaos.litmus.progress import progress_of

from tests.unit.plans import a_plan, a_target, ended


def pod(uid, name="chaos-tm-2", deleting=False):
    return Pod(name=name, uid=uid, node="node1", phase="Running", ready=True, deleting=deleting, labels={})


def test_a_changed_uid_is_felt():
    """And the pod that took the place is named."""
    assert pod_replaced([a_target("u1")], [pod("u2")], ended())[::2] == (True, {"chaos-tm-1": "chaos-tm-2"})


def test_a_pod_with_the_same_uid_was_not_killed():
    """Whatever Litmus says."""
    felt, message, _ = pod_replaced([a_target("u1")], [pod("u1")], ended())
    assert (felt, "same UID" in message) == (False, True)


def test_a_pod_that_someone_else_took_is_not_our_fault():
    """Litmus failed to select it: the run must not count as a test."""
    felt, message, _ = pod_replaced([a_target("u1")], [pod("u2")], ended("Error", "TARGET_SELECTION_ERROR"))
    assert (felt, "TARGET_SELECTION_ERROR" in message) == (False, True)


def test_no_target_is_not_felt():
    """Nothing was hit."""
    assert not pod_replaced([], [], ended())[0]


def test_completed_without_a_verdict_is_not_the_end():
    """The engine says completed before the result is final."""
    engine = {"status": {"engineStatus": "completed"}}
    waiting = progress_of(engine, {"status": {"experimentStatus": {"phase": "Running", "verdict": "Awaited"}}})
    final = progress_of(engine, {"status": {"experimentStatus": {"phase": "Completed", "verdict": "Pass"}}})
    assert (waiting.ended, final.ended, progress_of(None, None).exists) == (False, True, False)


def test_the_engine_names_its_pods_and_kills_once():
    """A second round by name fails after 180 s."""
    component = engine_manifest(a_plan(force=False), [a_target()], "chaos=x")["spec"]["experiments"][0]["spec"]
    env = {item["name"]: item["value"] for item in component["components"]["env"]}
    assert (env["TARGET_PODS"], env["FORCE"]) == ("chaos-tm-1", "false")
    assert int(env["CHAOS_INTERVAL"]) >= int(env["TOTAL_CHAOS_DURATION"])
