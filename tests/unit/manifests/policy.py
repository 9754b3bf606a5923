"""What no manifest of this repository may say, and what its accounts may do all together."""

from __future__ import annotations

import re
import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

Object = dict[str, Any]
ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("include/manifests", "lab", "docker", "docs", "experiments")
POWERFUL_ROLES = ("cluster-admin", "admin", "edit", "system:*")
POWERFUL_VERBS = ("*", "escalate", "bind", "impersonate")
POWERFUL_RESOURCES = ("*", "nodes/proxy", "serviceaccounts/token", "certificatesigningrequests", "persistentvolumes")
READING = ("get", "list", "watch")
RBAC = "rbac.authorization.k8s.io"
EXECUTING = ("pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers")
ALLOWED = {("litmus-admin", "pods/exec")}
"""As Litmus' hub says of its faults (include/manifests/50-pod-delete.yaml): its own experiment image demands it."""


@cache
def documents() -> list[tuple[str, Object]]:
    """Every Kubernetes object of the repository, in files and in the documentation's blocks, and where it stands."""
    return list(_documents())


def _documents() -> Iterator[tuple[str, Object]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".yaml", ".yml", ".md"):
                yield from ((str(path.relative_to(ROOT)), one) for text in _texts(path) for one in _objects(text))


def _texts(path: Path) -> list[str]:
    text = path.read_text()
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if path.suffix == ".md" else [text]


def _objects(text: str) -> list[Object]:
    filled = string.Template(text).safe_substitute()
    return [one for one in yaml.safe_load_all(filled) if isinstance(one, dict) and "apiVersion" in one]


def problems(one: Object) -> list[str]:
    """What is wrong with an object; nothing for one that is as it should be."""
    checks = {
        "Role": _of_role,
        "ClusterRole": _of_role,
        "RoleBinding": _of_binding,
        "ClusterRoleBinding": _of_binding,
        "ChaosExperiment": _of_experiment,
    }
    kind = one.get("kind", "")
    check = checks.get(kind)
    found = list(check(one)) if check else []
    return found + [told for pod in pods_of(one) for told in _of_pod(pod)]


def _of_role(role: Object) -> Iterator[str]:
    for rule in role.get("rules") or []:
        yield from of_rule(rule, role["metadata"]["name"])
    if role.get("aggregationRule"):
        yield "takes in rules of others"


def _of_experiment(experiment: Object) -> Iterator[str]:
    for rule in experiment["spec"]["definition"].get("permissions") or []:
        yield from of_rule(rule, "litmus-admin")


def of_rule(rule: Object, role: str) -> Iterator[str]:
    """What a rule gives that nobody needs here."""
    verbs, resources, groups = (rule.get(name) or [] for name in ("verbs", "resources", "apiGroups"))
    yield from (f"verb {verb}" for verb in verbs if verb in POWERFUL_VERBS)
    yield from (f"resource {one}" for one in resources if one in POWERFUL_RESOURCES or one.endswith("/*"))
    yield from ("every group" for one in groups if one == "*")
    yield from ("a path of the API server" for one in rule.get("nonResourceURLs") or [] if one)
    if "secrets" in resources and not rule.get("resourceNames"):
        yield from (f"{verb} any secret" for verb in verbs)
    if RBAC in groups and set(verbs) - set(READING):
        yield "writes roles or bindings"
    yield from (f"resource {one}" for one in resources if one in EXECUTING and (role, one) not in ALLOWED)


def _of_binding(binding: Object) -> Iterator[str]:
    name = binding["roleRef"]["name"]
    if any(re.fullmatch(one.replace("*", ".*"), name) for one in POWERFUL_ROLES):
        yield f"binds {name}"
    for subject in binding.get("subjects") or []:
        if subject["kind"] != "ServiceAccount" or subject["name"] in ("default", "*"):
            yield f"binds {subject['kind']} {subject['name']}"


def pods_of(one: Object) -> list[Object]:
    """Specs of the pods that an object makes."""
    spec = one.get("spec") or {}
    if one.get("kind") == "Pod":
        return [spec]
    if one.get("kind") == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template = spec.get("template") if isinstance(spec, dict) else None
    return [template["spec"]] if isinstance(template, dict) and "spec" in template else []


def _of_pod(pod: Object) -> Iterator[str]:
    yield from (f"pod: {name}" for name in ("hostNetwork", "hostPID", "hostIPC") if pod.get(name))
    yield from ("pod: hostPath" for volume in pod.get("volumes") or [] if "hostPath" in volume)
    if pod.get("serviceAccountName", "default") == "default" and pod.get("automountServiceAccountToken") is not False:
        yield "pod: the token of the account `default`"
    yield from unrestricted(pod)


def unrestricted(pod: Object) -> Iterator[str]:
    """What a namespace of the level `restricted` (Kubernetes' Pod Security Standards) refuses in a pod."""
    context = pod.get("securityContext") or {}
    if (context.get("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "pod: no seccomp profile"
    if context.get("runAsUser") == 0:
        yield "pod: runs as root"
    for container in [*(pod.get("initContainers") or []), *pod["containers"]]:
        yield from (f"container {container['name']}: {told}" for told in _of_container(container, pod))


def _of_container(container: Object, pod: Object) -> Iterator[str]:
    own = container.get("securityContext") or {}
    shared = {**(pod.get("securityContext") or {}), **own}
    capabilities = own.get("capabilities") or {}
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if capabilities.get("drop") != ["ALL"] or set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield "keeps capabilities"
    if not shared.get("runAsNonRoot") and "NET_BIND_SERVICE" not in (capabilities.get("add") or []):
        yield "may run as root"


def experiment_pod(experiment: Object) -> Object:
    """The pod of an experiment, as Litmus makes it of a definition."""
    security = experiment["spec"]["definition"].get("securityContext") or {}
    container = {"name": "experiment", "securityContext": security.get("containerSecurityContext")}
    return {"securityContext": security.get("podSecurityContext"), "containers": [container]}


def granted(account: str, verb: str, resource: str, namespace: str | None, name: str = "") -> bool:
    """Whether an account may do something in a namespace, or in all of them (None), by all manifests together."""
    found = [one for _, one in documents()]
    roles = {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]): one for one in _roles(found)}
    for binding in found:
        if binding.get("kind") not in ("RoleBinding", "ClusterRoleBinding"):
            continue
        place = binding["metadata"].get("namespace")
        names = {subject["name"] for subject in binding.get("subjects") or []}
        if account not in names or (place is not None and place != namespace):
            continue
        kind, role = binding["roleRef"]["kind"], binding["roleRef"]["name"]
        rules = roles[kind, place if kind == "Role" else None, role]["rules"]
        if any(_allows(rule, verb, resource, name) for rule in rules):
            return True
    return False


def _roles(found: list[Object]) -> list[Object]:
    return [one for one in found if one.get("kind") in ("Role", "ClusterRole")]


def _allows(rule: Object, verb: str, resource: str, name: str) -> bool:
    """One of its names does not give a right to all."""
    named = rule.get("resourceNames")
    return verb in rule["verbs"] and resource in rule["resources"] and (not named or name in named)
