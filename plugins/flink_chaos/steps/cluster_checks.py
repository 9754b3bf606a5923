"""What a run needs of its Kubernetes cluster, looked at before anything is touched."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.proxy import ServiceProxy
from flink_chaos.cluster.quotas import refusals
from flink_chaos.cluster.resources import CHAOS_EXPERIMENTS, CUSTOM_RESOURCE_DEFINITIONS, LIMIT_RANGES, RESOURCE_QUOTAS
from flink_chaos.flink.gateway import SqlGateway
from flink_chaos.steps.capacity import places_of, room_for
from flink_chaos.steps.checking import PreflightWarning
from flink_chaos.steps.wanted import wanted_pods

if TYPE_CHECKING:
    from flink_chaos.steps.run import Run

NODES_FOR_A_DRAIN = 3
"""One that is drained, one for what leaves it, one for the stable copy."""

DEFINITIONS = ("flinkdeployments.flink.apache.org", "chaosengines.litmuschaos.io", "chaosresults.litmuschaos.io")


def definitions(run: Run) -> str:
    """Whether the cluster knows the custom resources."""
    missing = [name for name in DEFINITIONS if run.cluster.get(CUSTOM_RESOURCE_DEFINITIONS, None, name) is None]
    if missing:
        raise ValueError(f"not installed in the cluster: {', '.join(missing)}; install the Flink operator and Litmus")
    return "custom resources of Flink and Litmus are served"


def fault(run: Run) -> str:
    """What the fault needs of the cluster and of the environment's profile."""
    environment, kind = run.plan.environment, run.plan.fault
    if "storage_network" in kind.needs and environment.storage_network is None:
        raise ValueError(
            f"{kind.name} needs hosts and ports of the checkpoint storage; "
            f"add `storage_network: {{hosts: [...], ports: [...]}}` to include/environments/{environment.name}.yaml"
        )
    if kind.aim == "node" and (usable := _usable_nodes(run)) < NODES_FOR_A_DRAIN:
        raise ValueError(
            f"{kind.name} needs {NODES_FOR_A_DRAIN} nodes that take the run's pods (ready, not cordoned, no taint "
            f"that the pods do not tolerate), there are {usable}; add one"
        )
    return kind.title


def experiment(run: Run) -> str:
    """Whether Litmus has the fault's experiment."""
    name = run.plan.fault.experiment
    if not name:
        return "none is needed"
    if run.cluster.get(CHAOS_EXPERIMENTS, run.namespace, name) is None:
        raise ValueError(f"no ChaosExperiment {name} in namespace {run.namespace}; apply it from Litmus' hub")
    return f"ChaosExperiment {name} is there"


def sql_gateway(run: Run) -> str:
    """Whether the SQL Gateway answers."""
    return gateway(run).info()


def capacity(run: Run) -> str:
    """Whether the run's pods find nodes."""
    return room_for(run)


def quotas(run: Run) -> str:
    """Whether the namespace takes the run's pods, as far as its quotas and limit ranges may be read."""
    try:
        hard = run.cluster.list(RESOURCE_QUOTAS, run.namespace)
        bounds = run.cluster.list(LIMIT_RANGES, run.namespace)
    except ClusterError as error:
        if error.status == HTTPStatus.FORBIDDEN:
            raise PreflightWarning(f"not known: {error}") from error
        raise
    if told := refusals(hard, bounds, wanted_pods(run.plan)):
        raise ValueError(f"namespace {run.namespace} refuses pods: {'; '.join(told)}; ask for less, or have it raised")
    return f"{len(hard)} quotas and {len(bounds)} limit ranges allow the run's pods"


def gateway(run: Run) -> SqlGateway:
    """The environment's SQL Gateway."""
    address = run.plan.environment.sql_gateway
    return SqlGateway(ServiceProxy(run.cluster, address.namespace, address.name, address.port))


def _usable_nodes(run: Run) -> int:
    """Nodes that would take any of the run's pods, were there room."""
    wanted = [pod | {"spec": {**pod["spec"], "containers": []}} for pod in wanted_pods(run.plan)]
    return sum(any(not place.refuses(pod) for pod in wanted) for place in places_of(run.cluster).values())
