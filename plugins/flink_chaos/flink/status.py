"""What the status of a FlinkDeployment means, for operators 1.7 and newer. Rules: Flink operator's own documents."""

from __future__ import annotations

import json
import re
from typing import Any

from flink_chaos.model.text import cut

JAVA_PACKAGE = re.compile(r"\b(?:[a-z][a-z0-9_]*\.){2,}(?=[A-Z])")
"""What stands before the name of a class."""

MOST_WORDS = 400

LAST_STATE = "KUBERNETES_OPERATOR_LAST_STATE"
"""Stands in the place of a savepoint's path where none was taken."""

ENDED = ("FAILED", "FINISHED", "CANCELED")
BEING_CHANGED = ("CREATED", "UPGRADING", "ROLLING_BACK", "SUSPENDED", "DELETING", "DELETED")
"""Stages of a deployment's life in which an ended job says nothing of the application."""


def job_state(deployment: dict[str, Any]) -> str:
    """Flink's job state as the operator last saw it, empty before it saw any."""
    return str(_status(deployment, "jobStatus").get("state") or "")


def job_id(deployment: dict[str, Any]) -> str | None:
    """Id of the Flink job, None before there is one."""
    return _status(deployment, "jobStatus").get("jobId")


def savepoint(deployment: dict[str, Any]) -> str | None:
    """Path of the newest savepoint: `upgradeSavepointPath` of newer operators, else where 1.7 puts it."""
    job = _status(deployment, "jobStatus")
    older = ((job.get("savepointInfo") or {}).get("lastSavepoint") or {}).get("location")
    newer = job.get("upgradeSavepointPath")
    return older if newer in (None, "", LAST_STATE) else newer


def is_current(deployment: dict[str, Any]) -> bool:
    """Whether the status speaks of the present spec."""
    return _observed_generation(deployment) >= int(deployment["metadata"].get("generation") or 0)


def failure(deployment: dict[str, Any]) -> str | None:
    """Why the application cannot come up, as the operator sees it now; None while it can.

    A moment's word: the operator tries again. See steps/standing.py for what stands.
    """
    status = deployment.get("status") or {}
    if not _speaks_of_present(deployment):
        return None
    if job_state(deployment) == "FAILED":
        return f"job FAILED: {error(deployment)}"
    if status.get("jobManagerDeploymentStatus") == "ERROR" or status.get("lifecycleState") == "FAILED":
        return f"deployment failed: {error(deployment)}"
    return None


def stopped(deployment: dict[str, Any]) -> str | None:
    """Why the job seems to have ended by itself, None while it runs or is brought back.

    An operator that upgrades cancels the job, and shows it as CANCELED until the next one runs.
    """
    reconciling = _status(deployment, "reconciliationStatus").get("state") or "DEPLOYED"
    lifecycle = (deployment.get("status") or {}).get("lifecycleState") or ""
    away = reconciling != "DEPLOYED" or lifecycle in BEING_CHANGED
    if away or wants_suspension(deployment) or not _speaks_of_present(deployment):
        return None
    return f"job {job_state(deployment)}" if job_state(deployment) in ENDED else None


def error(deployment: dict[str, Any]) -> str:
    """The operator's reason for what it could not do, in one line."""
    return _short((deployment.get("status") or {}).get("error"))


def wants_suspension(deployment: dict[str, Any]) -> bool:
    """Whether it is asked to be stopped."""
    return ((deployment.get("spec") or {}).get("job") or {}).get("state") == "suspended"


def is_suspended(deployment: dict[str, Any]) -> bool:
    """Whether the job was stopped for good by `state: suspended`."""
    lifecycle = (deployment.get("status") or {}).get("lifecycleState")
    return is_current(deployment) and lifecycle == "SUSPENDED"


def _speaks_of_present(deployment: dict[str, Any]) -> bool:
    """The status is of this spec, or of a first one that the operator could not take up at all."""
    return is_current(deployment) or not _status(deployment, "reconciliationStatus").get("lastReconciledSpec")


def _observed_generation(deployment: dict[str, Any]) -> int:
    """Newer operators say it plainly; 1.7 keeps it inside the spec that it last reconciled."""
    status = deployment.get("status") or {}
    reconciled = _status(deployment, "reconciliationStatus").get("lastReconciledSpec")
    try:
        metadata = (json.loads(reconciled or "{}").get("resource_metadata") or {}).get("metadata") or {}
    except (ValueError, AttributeError, RecursionError):
        metadata = {}
    return int(status.get("observedGeneration") or metadata.get("generation") or 0)


def _status(deployment: dict[str, Any], key: str) -> dict[str, Any]:
    return (deployment.get("status") or {}).get(key) or {}


def _short(error: object) -> str:
    """The chain of causes in one line; newer operators write it as JSON."""
    try:
        told = json.loads(str(error))
        causes = [told["message"], *(cause["message"] for cause in told["throwableList"])]
    except (ValueError, TypeError, KeyError, RecursionError):
        causes = [error or "the operator gives no reason; see its log"]
    return cut("; because: ".join(JAVA_PACKAGE.sub("", cut(str(cause))) for cause in causes), MOST_WORDS)
