"""Least privilege, in every manifest of the repository."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
import yaml

from tests.unit.manifests.policy import (
    ROOT,
    documents,
    experiment_pod,
    granted,
    of_rule,
    pods_of,
    problems,
    unrestricted,
)

ALL = documents()
SECURITY = (ROOT / "docs" / "security.md").read_text()
GOOD_POD: dict[str, Any] = {
    "serviceAccountName": "x",
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {"name": "c", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
    ],
}


@pytest.mark.parametrize(("where", "one"), ALL, ids=lambda one: one if isinstance(one, str) else one.get("kind"))
def test_no_manifest_gives_more_than_is_needed(where, one):
    """No role of all rights, no secrets, no pod that may become root."""
    assert problems(one) == []


def test_every_manifest_is_looked_at():
    """Roles, bindings, pods and experiments of all three folders."""
    folders = {where.split("/")[0] for where, _ in ALL}
    kinds = {one["kind"] for _, one in ALL}
    assert folders >= {"include", "lab", "docker"}
    assert kinds >= {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Deployment", "CronJob", "ChaosExperiment"}
    assert sum(len(pods_of(one)) for _, one in ALL) == 6


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]}, "verb *"),
        ({"apiGroups": [""], "resources": ["*"], "verbs": ["get"]}, "resource *"),
        ({"apiGroups": [""], "resources": ["pods/*"], "verbs": ["get"]}, "resource pods/*"),
        ({"apiGroups": ["*"], "resources": ["pods"], "verbs": ["get"]}, "every group"),
        ({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}, "get any secret"),
        ({"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["list"]}, "list any secret"),
        ({"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}, "create any secret"),
        ({"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]}, "verb impersonate"),
        ({"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["bind"]}, "verb bind"),
        ({"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["create"]}, "writes roles"),
        ({"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]}, "resource nodes/proxy"),
        ({"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]}, "serviceaccounts/token"),
        ({"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}, "resource pods/exec"),
        ({"nonResourceURLs": ["/metrics"], "verbs": ["get"]}, "a path"),
    ],
)
def test_a_rule_that_gives_too_much_is_found(rule, told):
    """Each kind of it."""
    assert told in " ".join(of_rule(rule, "any"))


@pytest.mark.parametrize(
    ("reference", "subject", "told"),
    [
        ("cluster-admin", {"kind": "ServiceAccount", "name": "x"}, "binds cluster-admin"),
        ("system:node", {"kind": "ServiceAccount", "name": "x"}, "binds system:node"),
        ("edit", {"kind": "ServiceAccount", "name": "x"}, "binds edit"),
        ("x", {"kind": "Group", "name": "system:authenticated"}, "binds Group system:authenticated"),
        ("x", {"kind": "ServiceAccount", "name": "default"}, "binds ServiceAccount default"),
    ],
)
def test_a_binding_that_gives_too_much_is_found(reference, subject, told):
    """By its role, or by whom it gives it to."""
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        binding = {"kind": kind, "metadata": {}, "roleRef": {"name": reference}, "subjects": [subject]}
        assert problems(binding) == [told]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"hostNetwork": True}, "pod: hostNetwork"),
        ({"hostPID": True}, "pod: hostPID"),
        ({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, "pod: hostPath"),
        ({"serviceAccountName": "default"}, "pod: the token"),
        ({"securityContext": {}}, "may run as root"),
        ({"securityContext": {}}, "no seccomp profile"),
        ({"securityContext": {"runAsNonRoot": True, "runAsUser": 0}}, "runs as root"),
        ({"containers": [{"name": "c"}]}, "may gain privileges"),
        ({"initContainers": [{"name": "i", "securityContext": {"privileged": True}}]}, "container i: privileged"),
        (
            {
                "containers": [
                    {"name": "c", "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}}
                ]
            },
            "keeps capabilities",
        ),
    ],
)
def test_a_pod_that_may_too_much_is_found(change, told):
    """Of whichever kind of object."""
    good = {"kind": "Deployment", "spec": {"template": {"spec": GOOD_POD}}}
    assert problems(good) == []
    pod = {**GOOD_POD, **change}
    for spoilt in ({"kind": "Pod", "spec": pod}, {"kind": "Job", "spec": {"template": {"spec": pod}}}):
        assert told in " ".join(problems(spoilt))


@pytest.mark.parametrize("name", ["pod-delete", "node-drain"])
def test_experiments_that_need_no_privileges_are_accepted_by_the_level_restricted(name):
    """That of the delay enters a pod's network: it needs them."""
    experiments = {one["metadata"]["name"]: one for _, one in ALL if one["kind"] == "ChaosExperiment"}
    assert list(unrestricted(experiment_pod(experiments[name]))) == []


METHODS = {
    "read": "get", "list": "list", "create": "create", "patch": "patch", "delete": "delete", "get": "get",
    "delete_collection": "deletecollection", "replace": "update",
}  # fmt: skip
CALL = re.compile(
    r"^(delete_collection|read|list|create|patch|delete|get|replace)_(?:namespaced_)?(\w+?)(_for_all_namespaces)?$"
)
KINDS = {
    "pod": "pods", "event": "events", "node": "nodes", "job": "jobs", "service_account": "serviceaccounts",
    "replica_set": "replicasets", "pod_eviction": "pods/eviction", "pod_log": "pods/log",
}  # fmt: skip


def calls(folder: str) -> set[tuple[str, str]]:
    """(verb, resource) of every call of Kubernetes' client in a folder; of custom resources those that it may name."""
    found = set()
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match = CALL.match(node.attr) if isinstance(node, ast.Attribute) else None
            if match and match[2] in KINDS:
                found.add((METHODS[match[1]], KINDS[match[2]]))
    return found


def rules(name: str, where: str) -> set[tuple[str, str]]:
    """(verb, resource) that a role gives."""
    found = [
        one
        for path, one in ALL
        if one["kind"] in ("Role", "ClusterRole") and one["metadata"]["name"] == name and where in path
    ]
    return {(v, r) for one in found for rule in one["rules"] for v in rule["verbs"] for r in rule["resources"]}


def test_the_labs_operator_may_what_its_code_does_and_nothing_else():
    """Beside Litmus' resources, and what kopf looks at by itself."""
    own = {(verb, kind) for verb, kind in rules("chaos-operator", "lab/") if not kind.startswith("chaos")}
    of_kopf = {(verb, kind) for verb in ("list", "watch") for kind in ("namespaces", "customresourcedefinitions")}
    assert own == calls("lab/chaos_operator") | of_kopf


def test_the_experiments_do_nothing_that_their_account_may_not():
    """What it may beyond that Litmus' own experiment image needs, as its hub says."""
    given = rules("litmus-admin", "include/") | rules("litmus-admin-nodes", "include/")
    given |= rules("litmus-admin-node-drain", "include/")
    assert calls("experiments")
    assert calls("experiments") <= given


def denied() -> list[tuple[str, str, str, str | None]]:
    """(account, verb, resource, namespace) of every right that docs/security.md says an account has not."""
    rows = re.findall(r"^\| `([\w-]+)` \|[^|]*\|[^|]*\|([^|]*)\|$", SECURITY, re.MULTILINE)
    found = []
    for account, cell in rows:
        for verbs, resource, everywhere in re.findall(r"`([a-z,]+) ([a-z/]+)`( anywhere)?", cell):
            places = (None, "flink", "litmus", "kube-system") if everywhere else ("flink",)
            found += [(account, verb.strip(), resource, place) for verb in verbs.split(",") for place in places]
    return found


@pytest.mark.parametrize(("account", "verb", "resource", "namespace"), denied())
def test_a_right_that_an_account_is_said_not_to_have_is_not_given(account, verb, resource, namespace):
    """By any role of any manifest."""
    assert not granted(account, verb, resource, namespace)


def test_the_table_of_accounts_has_every_account():
    """And says of each what it may not."""
    made = {one["metadata"]["name"] for _, one in ALL if one["kind"] == "ServiceAccount"}
    assert {account for account, *_ in denied()} == made - {"coredns"}


def test_what_is_given_is_found_as_given():
    """Or the test of what is denied would say nothing."""
    assert granted("flink-chaos", "delete", "pods", "flink")
    assert not granted("flink-chaos", "delete", "pods", "litmus")
    assert granted("flink-chaos", "list", "pods", "litmus")
    assert granted("flink-chaos", "get", "configmaps", "kube-system", "cluster-autoscaler-status")
    assert not granted("flink-chaos", "get", "configmaps", "kube-system")


def test_parameters_and_what_they_can_do_are_told():
    """Each field of the form stands in docs/security.md."""
    from flink_chaos.model.request import RunRequest

    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", SECURITY, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert set(RunRequest.model_fields) <= told


def test_the_shown_options_can_be_used():
    """What docs/security.md shows of an environment and of a reference to a secret."""
    from flink_chaos.model.secret_places import places_in

    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", SECURITY, re.DOTALL)]
    assert blocks
    assert [place for block in blocks for place in places_in(block)] == []
