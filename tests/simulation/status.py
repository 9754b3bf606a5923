"""What the Flink operator, controllers and JobManagers write of a FlinkDeployment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flink_chaos.cluster.resources import EVENTS

from tests.simulation.pods import NAMESPACE

if TYPE_CHECKING:
    from tests.simulation.operator import FlinkCluster

FAILED_FIRST_SECONDS = 4.0


def status_of(cluster: FlinkCluster, found: dict[str, Any]) -> dict[str, Any]:
    """Its status, as operators since 1.7 write it."""
    job = cluster.job
    state = "" if job is None else job.state
    if cluster.deployed and not cluster.reachable and state == "INITIALIZING":
        state = "RECONCILING"
    cluster.born = cluster.world.now if cluster.born < 0 else cluster.born
    early = cluster.trouble.failed_first and cluster.world.now - cluster.born < FAILED_FIRST_SECONDS
    failed = state == "FAILED"
    reconciled = {"job": found["spec"]["job"], "resource_metadata": {"metadata": {"generation": cluster.generation}}}
    information = {"lastSavepoint": {"location": cluster.savepoint}} if cluster.savepoint else {}
    return {
        "observedGeneration": cluster.generation,
        "lifecycleState": "FAILED" if failed or early else cluster.lifecycle,
        "jobManagerDeploymentStatus": ("READY" if cluster.reachable else "DEPLOYING") if cluster.jm else "MISSING",
        "error": "job gave up" if failed else "no connection to the API server" if early else cluster.error,
        "jobStatus": {
            "state": state,
            "jobId": job.id if job else None,
            "savepointInfo": information,
            **({"upgradeSavepointPath": cluster.savepoint} if cluster.savepoint else {}),
        },
        "reconciliationStatus": {
            "state": "DEPLOYED",
            "lastReconciledSpec": json.dumps(reconciled) if cluster.generation else None,
        },
    }


def tell_refusal(cluster: FlinkCluster, name: str, component: str) -> None:
    """A Deployment's controller makes an event, a JobManager writes a line into its log."""
    told = f'pods "{name}" is forbidden: {cluster.pods.refused}'
    if component == "taskmanager":
        jm = cluster.pods.names.get(cluster.jm, "")
        cluster.kubernetes.api.logs[jm] = f"{cluster.world.stamp()} ERROR {told}\n"
        return
    cluster.kubernetes.put(
        EVENTS,
        {
            "metadata": {
                "name": f"{cluster.name}.failed",
                "namespace": NAMESPACE,
                "creationTimestamp": cluster.world.stamp(),
            },
            "involvedObject": {"kind": "Deployment", "name": cluster.name},
            "type": "Warning",
            "reason": "FailedCreate",
            "message": f"Error creating: {told}",
            "count": 1,
            "firstTimestamp": cluster.world.stamp(),
            "lastTimestamp": cluster.world.stamp(),
        },
    )
