from __future__ import annotations

import pytest
import yaml

from experiments.faults import FAULTS
from lab.workloads import documents
from tests.unit.manifests.policy import pods_of


def everything() -> list[dict]:
    return [document for document in yaml.safe_load_all(documents.rendered()) if document]


def find(kind: str, name: str, namespace: str | None = None) -> dict:
    return next(
        d
        for d in everything()
        if d["kind"] == kind and d["metadata"]["name"] == name and d["metadata"].get("namespace") == namespace
    )


def test_every_image_is_ours_and_never_pulled():
    pods = [pod for document in everything() for pod in pods_of(document)]
    assert len(pods) == 4
    containers = [container for pod in pods for container in pod["containers"]]
    definitions = [d["spec"]["definition"] for d in everything() if d["kind"] == "ChaosExperiment"]
    for container in [*containers, *definitions]:
        assert container["image"] in documents.IMAGES.values()
        assert container["imagePullPolicy"] == "Never"


def test_litmus_admin_may_exactly_what_the_experiment_asks_for():
    definition = find("ChaosExperiment", "pod-delete", "flink")["spec"]["definition"]
    assert find("Role", "litmus-admin", "flink")["rules"] == definition["permissions"]


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_litmus_admin_may_all_that_a_fault_asks_for(fault):
    """Litmus creates no rights from `permissions`; here they come from the Role and the ClusterRoles."""
    roles = [find("Role", "litmus-admin", "flink"), find("ClusterRole", "litmus-admin-node-drain")]
    granted = {right for role in roles for rule in role["rules"] for right in rights(rule)}
    definition = find("ChaosExperiment", fault, "flink")["spec"]["definition"]
    assert {right for rule in definition["permissions"] for right in rights(rule)} <= granted
    assert definition["args"][-1] == f"./experiments -name {fault}"


def rights(rule: dict) -> set[tuple[str, str, str]]:
    return {(g, r, v) for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]}


def test_no_role_is_all_powerful():
    rules = [rule for d in everything() if d["kind"] in ("Role", "ClusterRole") for rule in d["rules"]]
    assert not [rule for rule in rules if "*" in rule["verbs"] + rule["resources"] + rule["apiGroups"]]


def test_configuration_changes_restart_their_pods():
    annotations = find("Deployment", "sql-gateway", "flink")["spec"]["template"]["metadata"]["annotations"]
    assert len(annotations["configuration"]) == 12
