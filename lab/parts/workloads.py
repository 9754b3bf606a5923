"""What runs inside the cluster: operators, SQL Gateway, service accounts. Made by lab/workloads."""

from __future__ import annotations

from lab import kubernetes_api, workloads
from lab.commands import LabError
from lab.parts.part import DEADLINE_SECONDS, Part
from lab.parts.pki import write_kubeconfig
from lab.paths import KUBECONFIG, RUNNER_KUBECONFIG

NAMESPACE = "flink"
ACCOUNT = "flink-chaos"
_TOKEN_SECONDS = 10 * 365 * 86400


def apply() -> None:
    """Create or update the objects in the cluster, and the kubeconfig with the limited account."""
    workloads.apply(KUBECONFIG)
    if not RUNNER_KUBECONFIG.exists():
        _write_runner_kubeconfig()


def wait() -> None:
    """Wait until all are ready. Raises LabError."""
    workloads.wait_ready(KUBECONFIG, DEADLINE_SECONDS)


def _write_runner_kubeconfig() -> None:
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{ACCOUNT}/token"
    wish = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": _TOKEN_SECONDS},
    }
    token = kubernetes_api.post(path, wish)["status"]["token"]
    write_kubeconfig(RUNNER_KUBECONFIG, ACCOUNT, token, NAMESPACE)


def _health() -> str:
    try:
        return "; ".join(f"{name}: {wrong}" for name, wrong in workloads.health(KUBECONFIG) if wrong)
    except LabError as error:
        return str(error).splitlines()[-1].strip()


PART = Part("workloads", health=_health)
