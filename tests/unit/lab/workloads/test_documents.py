from __future__ import annotations

import yaml

from lab.workloads import documents


def everything() -> list[dict]:
    return [document for document in yaml.safe_load_all(documents.rendered()) if document]


def find(kind: str, name: str, namespace: str | None = None) -> dict:
    return next(
        d
        for d in everything()
        if d["kind"] == kind and d["metadata"]["name"] == name and d["metadata"].get("namespace") == namespace
    )


def test_every_image_is_ours_and_never_pulled():
    pods = [d["spec"]["template"]["spec"] for d in everything() if d["kind"] == "Deployment"]
    containers = [container for pod in pods for container in pod["containers"]]
    definition = find("ChaosExperiment", "pod-delete", "flink")["spec"]["definition"]
    for container in [*containers, definition]:
        assert container["image"] in documents.IMAGES.values()
        assert container["imagePullPolicy"] == "Never"


def test_litmus_admin_may_exactly_what_the_experiment_asks_for():
    definition = find("ChaosExperiment", "pod-delete", "flink")["spec"]["definition"]
    assert find("Role", "litmus-admin", "flink")["rules"] == definition["permissions"]


def test_no_role_is_all_powerful():
    rules = [rule for d in everything() if d["kind"] in ("Role", "ClusterRole") for rule in d["rules"]]
    assert not [rule for rule in rules if "*" in rule["verbs"] + rule["resources"] + rule["apiGroups"]]


def test_configuration_changes_restart_their_pods():
    annotations = find("Deployment", "sql-gateway", "flink")["spec"]["template"]["metadata"]["annotations"]
    assert len(annotations["configuration"]) == 12
