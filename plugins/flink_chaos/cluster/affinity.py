"""Where a pod may go by its own words: nodes it selects, taints it tolerates, pods that must be near or far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Raw = dict[str, Any]
HOSTNAME = "kubernetes.io/hostname"
REPELLING = ("NoSchedule", "NoExecute")
"""Effects of a taint that keep new pods away; PreferNoSchedule does not."""


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector fits; none at all fits nothing, an empty one everything."""
    if selector is None:
        return False
    exact = [{"key": key, "operator": "In", "values": [v]} for key, v in (selector.get("matchLabels") or {}).items()]
    return all(_holds(rule, labels) for rule in [*exact, *(selector.get("matchExpressions") or [])])


def node_wanted(spec: Mapping[str, Any], name: str, labels: Mapping[str, str]) -> bool:
    """Whether `nodeName`, `nodeSelector` and the required node affinity of a pod allow that node."""
    if spec.get("nodeName", name) != name:
        return False
    if any(labels.get(key) != value for key, value in (spec.get("nodeSelector") or {}).items()):
        return False
    required = _required(spec, "nodeAffinity")
    terms = required.get("nodeSelectorTerms") if isinstance(required, dict) else None
    return terms is None or any(_term_holds(term, name, labels) for term in terms)


def tolerates(spec: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    """Whether a pod bears a taint; one that repels nobody is borne by all."""
    if taint.get("effect") not in REPELLING:
        return True
    return any(_covers(toleration, taint) for toleration in spec.get("tolerations") or [])


def unwanted_terms(pod: Mapping[str, Any]) -> list[Raw]:
    """The terms of a pod's required anti-affinity."""
    return _terms(pod, "podAntiAffinity")


def wanted_terms(pod: Mapping[str, Any]) -> list[Raw]:
    """The terms of a pod's required affinity."""
    return _terms(pod, "podAffinity")


def preferred_terms(pod: Mapping[str, Any]) -> list[tuple[int, Raw]]:
    """Weight and term of each pod that a pod would like beside it."""
    affinity = ((pod.get("spec") or {}).get("affinity") or {}).get("podAffinity") or {}
    listed = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or []
    return [(int(one.get("weight", 1)), one.get("podAffinityTerm") or {}) for one in listed]


def means(term: Mapping[str, Any], pod: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the term of `pod` means the other pod: by labels, and in its own namespace unless it names some."""
    spaces = term.get("namespaces") or []
    own, its = (one["metadata"].get("namespace") for one in (pod, other))
    somewhere = its in spaces if spaces else term.get("namespaceSelector") is not None or its == own
    return somewhere and selects(term.get("labelSelector"), other["metadata"].get("labels") or {})


def _terms(pod: Mapping[str, Any], kind: str) -> list[Raw]:
    found = _required(pod.get("spec") or {}, kind)
    return found if isinstance(found, list) else []


def _required(spec: Mapping[str, Any], kind: str) -> Raw | list[Raw] | None:
    found: Raw | list[Raw] | None = ((spec.get("affinity") or {}).get(kind) or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    return found


def _term_holds(term: Mapping[str, Any], name: str, labels: Mapping[str, str]) -> bool:
    rules, fields = term.get("matchExpressions") or [], term.get("matchFields") or []
    if not rules and not fields:
        return False
    return all(_holds(rule, labels) for rule in rules) and all(_holds(f, {"metadata.name": name}) for f in fields)


def _holds(rule: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(str(rule.get("key"))), rule.get("values") or []
    operator = rule.get("operator")
    if operator in ("Gt", "Lt"):
        return _compares(operator, value, values)
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }.get(str(operator), False)


def _compares(operator: str, value: str | None, values: Sequence[str]) -> bool:
    try:
        one, other = int(str(value)), int(values[0])
    except (ValueError, IndexError):
        return False
    return one > other if operator == "Gt" else one < other


def _covers(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    key, exists = toleration.get("key") or "", toleration.get("operator") == "Exists"
    if not key:
        return exists
    return key == taint.get("key") and (exists or (toleration.get("value") or "") == (taint.get("value") or ""))
