import ast
import re
from pathlib import Path

import flink_chaos
import pytest
import yaml
from flink_chaos.cluster import resources
from flink_chaos.cluster.resources import CONFIG_MAPS
from flink_chaos.steps.checking import PreflightWarning
from flink_chaos.steps.deploying import RESOURCES
from flink_chaos.steps.owned import ALL_KINDS
from flink_chaos.steps.rights import RIGHTS, UNASKED, permissions

from tests.unit.runs import a_run

PACKAGE = Path(flink_chaos.__file__).parent
MANIFEST = PACKAGE.parents[1] / "include/manifests/60-flink-chaos.yaml"
VERBS = {
    "get": ["get"],
    "list": ["list"],
    "apply": ["create", "patch"],
    "merge": ["patch"],
    "create": ["create"],
    "replace": ["update"],
    "delete": ["delete"],
}
"""Methods of Cluster and what they need."""

GENERAL = {
    "owned": ALL_KINDS,
    "_delete_all": ALL_KINDS,
    "_keys_of_objects": ALL_KINDS,
    "apply_all": tuple(RESOURCES.values()),
    "_is_there": (resources.CUSTOM_RESOURCE_DEFINITIONS, CONFIG_MAPS),
}
"""Functions that are given the kind, and the kinds that they are given."""

METHODS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


def calls():
    """(verb, kind) of every call of the cluster in the package, and where it is."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                yield from ((path.name, function.name, *call) for call in _calls(function))


def _calls(function):
    for node in ast.walk(function):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in VERBS
            and node.args
        ):
            continue
        whose = node.func.value
        if getattr(whose, "id", None) == "cluster" or getattr(whose, "attr", None) == "cluster":
            kind = getattr(node.args[0], "id", "?")
            yield node.func.attr, getattr(resources, kind, None)


@pytest.mark.parametrize("call", list(calls()), ids=lambda call: f"{call[0]}:{call[1]}:{call[2]}")
def test_every_call_of_the_package_has_its_right(call):
    """Whoever adds one adds the right: the preflight asks for it, and the manifest gives it."""
    _, function, method, kind = call
    kinds = [kind] if kind else GENERAL[function]
    known = {(right.verb, right.resource) for right in [*RIGHTS, *UNASKED]}
    assert {(verb, one) for verb in VERBS[method] for one in kinds} <= known


def test_every_method_of_a_proxied_service_has_its_right():
    """JobManagers and the SQL Gateway are asked by these."""
    text = "".join(path.read_text() for path in (PACKAGE / "flink").glob("*.py"))
    used = {METHODS[method] for method in re.findall(r'"(GET|POST|PUT|PATCH|DELETE)"', text)}
    assert used == {right.verb for right in RIGHTS if right.resource is resources.SERVICE_PROXIES}


def test_the_manifest_gives_exactly_the_rights_of_the_table():
    """Nothing that no step uses, and nothing less."""
    given = set()
    for document in yaml.safe_load_all(MANIFEST.read_text()):
        for rule in document.get("rules", []):
            where = document["metadata"].get("namespace", "cluster")
            names = rule.get("resourceNames", [""])
            given |= {
                (v, g, r, where, n)
                for v in rule["verbs"]
                for g in rule["apiGroups"]
                for r in rule["resources"]
                for n in names
            }
    places = {"run": "flink", "gateway": "flink"}
    wanted = {
        (r.verb, r.resource.group, r.resource.plural, places.get(r.where, r.where), r.name) for r in [*RIGHTS, *UNASKED]
    }
    assert given == wanted


@pytest.fixture
def permitted(tmp_path, cluster, fake_api):
    """What is said of the rights where some are missing."""

    def ask(*denied, **parameters):
        fake_api.forbidden = set(denied)
        return permissions(a_run(tmp_path, cluster, **parameters))

    return ask


@pytest.mark.parametrize(
    "denied", [("list", "events"), ("get", "nodes"), ("get", "pods/log"), ("list", "resourcequotas")]
)
def test_a_right_that_only_a_report_needs_blocks_no_run(permitted, denied):
    """What is left out is named."""
    with pytest.raises(PreflightWarning, match=f"left out of report and preflight: {' '.join(denied)} in"):
        permitted(denied)


@pytest.mark.parametrize(
    "right",
    [one for one in RIGHTS if one.need == "run"],
    ids=lambda one: f"{one.verb} {one.resource.plural} {one.where}",
)
def test_a_right_that_a_run_needs_at_any_time_blocks_it_before_it_begins(permitted, right):
    """Those of its last step too."""
    with pytest.raises(
        ValueError, match=f"{right.verb} {re.escape(right.resource.label)} in .*apply include/manifests"
    ):
        permitted((right.verb, right.resource.plural))


def test_a_right_for_nodes_is_needed_by_who_drains_one(permitted):
    """Others never write one."""
    assert "permissions" in permitted(("patch", "nodes"))
    with pytest.raises(ValueError, match="patch nodes in the whole cluster"):
        permitted(("patch", "nodes"), fault="node_drain")


def test_a_right_is_asked_for_where_it_is_needed(permitted, fake_api):
    """A subresource by its name, the whole cluster without a namespace."""
    permitted()
    asked = [request.body["spec"]["resourceAttributes"] for request in fake_api.requests]
    proxies = {(one["verb"], one["namespace"]) for one in asked if one["subresource"] == "proxy"}
    assert proxies == {("get", "flink"), ("create", "flink"), ("delete", "flink")}
    assert {one["namespace"] for one in asked if (one["verb"], one["resource"]) == ("list", "pods")} == {"flink", ""}
