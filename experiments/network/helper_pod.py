"""The helper pod of a network fault: on the target's node, with the node's processes in sight, as Litmus' helper is."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.helpers import Template
    from experiments.settings import Settings
    from experiments.targets import Pod

GRACE_SECONDS = 30
"""If the engine names none: Litmus then takes 0, which leaves no time to revert (litmus issue 2359)."""

COMMAND = ["python3", "-m", "experiments.network.helper"]
SPARE_SECONDS = 120
RESOURCES = {"requests": {"cpu": "100m", "memory": "128Mi"}}
"""If the experiment's pod asks for none. Without a share of the processor a busy node makes every packet late."""


@dataclass(frozen=True)
class Helper:
    """A helper pod of a run, for one target; the number tells its report apart."""

    name: str
    number: int
    target: Pod
    revert_only: bool = False


def new_helper(settings: Settings, number: int, target: Pod, *, revert_only: bool = False) -> Helper:
    """With a name that no other has."""
    suffix = "".join(random.choices(string.ascii_lowercase + string.digits, k=6))  # noqa: S311 - no secret
    return Helper(f"{settings.experiment}-helper-{suffix}", number, target, revert_only)


def manifest(helper: Helper, settings: Settings, template: Template, variables: Mapping[str, str]) -> dict[str, Any]:
    """Pod manifest. `variables` are the order; image and its pull policy are in them too (LIB_IMAGE...)."""
    labels = {"app": f"{settings.experiment}-helper", "name": helper.name, "chaosUID": settings.chaos_uid}
    owner = {"apiVersion": "v1", "kind": "Pod", "name": settings.pod, "uid": template.uid}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": helper.name,
            "namespace": settings.namespace,
            "labels": {**template.labels, **labels},
            "annotations": dict(template.annotations),
            "ownerReferences": [owner],  # whatever removes the experiment's pod ends its helpers
        },
        "spec": _spec(helper, settings, template, variables),
    }


def _spec(helper: Helper, settings: Settings, template: Template, variables: Mapping[str, str]) -> dict[str, Any]:
    return {
        "nodeName": helper.target.node,
        "hostPID": True,
        "restartPolicy": "Never",
        "serviceAccountName": settings.service_account or "default",
        "tolerations": template.tolerations,
        "imagePullSecrets": template.pull_secrets,
        "terminationGracePeriodSeconds": settings.grace or GRACE_SECONDS,
        "activeDeadlineSeconds": settings.duration + 2 * settings.status_timeout + SPARE_SECONDS,
        "containers": [_container(helper, settings, template, variables)],
    }


def _container(helper: Helper, settings: Settings, template: Template, variables: Mapping[str, str]) -> dict[str, Any]:
    values = {**variables, **_own(helper, settings)}
    return {
        "name": settings.experiment,
        "image": variables.get("LIB_IMAGE") or template.image,
        "imagePullPolicy": variables.get("LIB_IMAGE_PULL_POLICY") or "IfNotPresent",
        "command": COMMAND,
        "env": [{"name": name, "value": value} for name, value in values.items()],
        "resources": _resources(template),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        # As Litmus: to look into processes of other users and to enter their network takes all that matters anyway.
        "securityContext": {"privileged": True, "runAsUser": 0, "capabilities": {"add": ["NET_ADMIN", "SYS_ADMIN"]}},
    }


def _resources(template: Template) -> Any:
    own = template.resources
    return own if own and (own.requests or own.limits) else RESOURCES


def _own(helper: Helper, settings: Settings) -> dict[str, str]:
    return {
        "CHAOS_NAMESPACE": settings.namespace,
        "CHAOS_RESULT": settings.result,
        "TARGET_POD": helper.target.name,
        "TARGET_POD_UID": helper.target.uid,
        "HELPER_NUMBER": str(helper.number),
        "REVERT_ONLY": str(helper.revert_only).lower(),
    }
