"""What a namespace refuses: quotas that would be used up, and bounds of a single pod or container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.quantities import SLACK, Amounts, added, amounts, requests_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Raw = dict[str, Any]
KINDS = ("requests", "limits")


def refusals(quotas: Iterable[Raw], ranges: Iterable[Raw], pods: Sequence[Raw]) -> list[str]:
    """Why the API server would refuse some of the pods, empty if it would take them all.

    A quota for some kinds of pods only (`scopes`) is not judged: of what kind a pod is, the server decides.
    """
    return [*_used_up(quotas, pods), *dict.fromkeys(_out_of_bounds(ranges, pods))]


def _used_up(quotas: Iterable[Raw], pods: Sequence[Raw]) -> Iterator[str]:
    asked = added(*(_counted(pod) for pod in pods))
    for quota in quotas:
        spec, status = quota.get("spec") or {}, quota.get("status") or {}
        if spec.get("scopes") or spec.get("scopeSelector"):
            continue
        hard, used = amounts(spec.get("hard")), amounts(status.get("used"))
        for name in sorted(hard.keys() & asked.keys()):
            if used.get(name, 0.0) + asked[name] > hard[name] + SLACK:
                told = f"{_told(used.get(name, 0.0), name)} of {_told(hard[name], name)} {name} are used"
                yield f"quota {quota['metadata']['name']}: {told}, the run's pods ask for {_told(asked[name], name)}"


def _counted(pod: Raw) -> Amounts:
    """Under the names of a quota: `memory` is `requests.memory`, and a pod counts as `pods` and `count/pods`."""
    requests = requests_of(pod)
    limits = requests_of({"spec": _with_limits(pod)})
    plain = {name: amount for name, amount in requests.items() if name != "pods"}
    return {
        **plain,
        **{f"requests.{name}": amount for name, amount in plain.items()},
        **{f"limits.{name}": amount for name, amount in limits.items() if name != "pods"},
        "pods": 1.0,
        "count/pods": 1.0,
    }


def _with_limits(pod: Raw) -> Raw:
    """The pod as if it asked for its limits."""
    containers = [
        {"resources": {"requests": _of(one, "limits")}} for one in (pod.get("spec") or {}).get("containers") or []
    ]
    return {"containers": containers}


def _out_of_bounds(ranges: Iterable[Raw], pods: Sequence[Raw]) -> Iterator[str]:
    for one in ranges:
        for bound in (one.get("spec") or {}).get("limits") or []:
            for pod in pods:
                for sizes in _sizes(pod, str(bound.get("type"))):
                    yield from (f"limit range {one['metadata']['name']}: {told}" for told in _beyond(bound, sizes))


def _sizes(pod: Raw, kind: str) -> list[dict[str, Amounts]]:
    """Requests and limits of each container, or of the pod as a whole."""
    containers = (pod.get("spec") or {}).get("containers") or []
    each = [{name: amounts(_of(one, name)) for name in KINDS} for one in containers]
    whole = [{name: added(*(one[name] for one in each)) for name in KINDS}]
    return {"Container": each, "Pod": whole}.get(kind, [])


def _beyond(bound: Raw, sizes: dict[str, Amounts]) -> Iterator[str]:
    kind = str(bound.get("type")).lower()
    for name, most in amounts(bound.get("max")).items():
        if (size := sizes["limits"].get(name)) is not None and size > most + SLACK:
            yield f"a {kind} may have {_told(most, name)} {name} at most, one of the run may use {_told(size, name)}"
    for name, least in amounts(bound.get("min")).items():
        if (size := sizes["requests"].get(name)) is not None and size < least - SLACK:
            yield f"a {kind} asks for {_told(least, name)} {name} at least, one of the run asks for {_told(size, name)}"


def _of(container: Raw, kind: str) -> Raw:
    return (container.get("resources") or {}).get(kind) or {}


def _told(amount: float, name: str) -> str:
    return f"{amount / 2**30:.2f} GiB" if name.endswith(("memory", "storage")) else f"{amount:g}"
