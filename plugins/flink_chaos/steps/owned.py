"""What a run has in the cluster, found by its label."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.model.plan import RUN_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flink_chaos.cluster.resources import Resource
    from flink_chaos.steps.run import Run


def owned(run: Run, key: str, resource: Resource) -> list[dict[str, Any]]:
    """Objects of that kind that belong to the run with that key; none if the cluster does not know the kind."""
    try:
        return run.cluster.list(resource, run.namespace, {RUN_LABEL: key})
    except ClusterError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return []
        raise


def names(run: Run, key: str, *resources: Resource) -> Iterator[str]:
    """The same of several kinds, as `kind/name`."""
    for resource in resources:
        yield from (f"{resource.plural}/{item['metadata']['name']}" for item in owned(run, key, resource))
