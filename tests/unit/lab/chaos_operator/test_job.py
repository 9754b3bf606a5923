from __future__ import annotations

from lab.chaos_operator import job

DEFINITION = {
    "image": "localhost/experiment:1",
    "command": ["/bin/bash"],
    "args": ["-c", "./experiments -name pod-delete"],
    "labels": {"name": "pod-delete"},
    "env": [
        {"name": "FORCE", "value": "true"},
        {"name": "DEFAULT_HEALTH_CHECK", "value": "false"},
        {"name": "CHAOS_INTERVAL", "value": "5"},
    ],
}


def engine(**spec) -> dict:
    base = {"chaosServiceAccount": "litmus-admin", "experiments": []}
    return {"metadata": {"name": "e", "namespace": "flink", "uid": "u-1", "labels": {"run": "r1"}}, "spec": base | spec}


def entry(**components) -> dict:
    return {"name": "pod-delete", "spec": {"components": components}}


def values(*arguments) -> dict:
    return {item["name"]: item.get("value") for item in job.environment(*arguments)}


def test_the_engine_wins_over_the_experiment_over_the_runner():
    found = values(engine(defaultHealthCheck=True), entry(env=[{"name": "CHAOS_INTERVAL", "value": "60"}]), DEFINITION)
    assert found["CHAOS_INTERVAL"] == "60"
    assert found["DEFAULT_HEALTH_CHECK"] == "false", "the hub's value hides the engine's field, as with Litmus"
    assert found["FORCE"] == "true"
    assert (found["CHAOSENGINE"], found["CHAOS_UID"], found["EXPERIMENT_NAME"]) == ("e", "u-1", "pod-delete")
    assert (found["STATUS_CHECK_TIMEOUT"], found["STATUS_CHECK_DELAY"]) == ("180", "2")


def test_status_checks_and_targets():
    spec = engine(appinfo={"appns": "flink", "appkind": "deployment", "applabel": "a=b"})
    found = values(spec, entry(statusCheckTimeouts={"timeout": 20}), DEFINITION)
    assert (found["STATUS_CHECK_TIMEOUT"], found["STATUS_CHECK_DELAY"]) == ("20", "2")
    assert found["TARGETS"] == "deployment:flink:[a=b]"


def test_manifest():
    manifest = job.job_manifest(engine(terminationGracePeriodSeconds=90), entry(), DEFINITION, "pod-delete-abc123", 0)
    template = manifest["spec"]["template"]
    assert template["metadata"]["labels"] == {
        "run": "r1",
        "name": "pod-delete",
        "chaosUID": "u-1",
        "experimentIndex": "0",
    }
    assert manifest["metadata"]["labels"] == template["metadata"]["labels"]
    assert template["spec"]["terminationGracePeriodSeconds"] == 90
    assert template["spec"]["serviceAccountName"] == "litmus-admin"
    assert template["spec"]["restartPolicy"] == "Never"
    assert template["spec"]["containers"][0]["imagePullPolicy"] == "Always", (
        "what Litmus takes if the definition is silent"
    )
    assert "hostPID" not in template["spec"]


def test_host_files_and_configuration_are_mounted():
    definition = DEFINITION | {
        "configMaps": [{"name": "c", "mountPath": "/c"}],
        "hostFileVolumes": [{"name": "h", "mountPath": "/h", "nodePath": "/run/h"}],
    }
    pod = job.job_manifest(engine(), entry(secrets=[{"name": "s", "mountPath": "/s"}]), definition, "n", 0)["spec"][
        "template"
    ]["spec"]
    assert [volume["name"] for volume in pod["volumes"]] == ["c", "s", "h"]
    assert [mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]] == ["/c", "/s", "/h"]


def test_the_experiment_can_be_kept_off_a_node():
    """node-drain must not evict itself: the engine's components say where its pod may run."""
    pinned = {
        "nodeSelector": {"kubernetes.io/hostname": "node2"},
        "tolerations": [{"key": "k", "operator": "Exists"}],
        "experimentAnnotations": {"a": "b"},
    }
    template = job.job_manifest(engine(), entry(**pinned), DEFINITION, "n", 0)["spec"]["template"]
    assert template["spec"]["nodeSelector"] == pinned["nodeSelector"]
    assert template["spec"]["tolerations"] == pinned["tolerations"]
    assert template["metadata"]["annotations"] == {"a": "b"}


def test_helpers_are_pulled_as_the_experiment_itself():
    """Litmus' runner hands down the experiment's policy, Always if it has none."""
    assert values(engine(), entry(), DEFINITION)["LIB_IMAGE_PULL_POLICY"] == "Always"
    assert values(engine(), entry(), DEFINITION | {"imagePullPolicy": "Never"})["LIB_IMAGE_PULL_POLICY"] == "Never"


def test_result_name():
    assert job.result_name(engine(), entry(), DEFINITION) == "e-pod-delete"
    assert job.result_name(engine(), entry(env=[{"name": "INSTANCE_ID", "value": "2"}]), DEFINITION) == "e-pod-delete-2"
