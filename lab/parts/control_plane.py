"""etcd, API server, controller manager and scheduler: processes on the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab import kubernetes_api
from lab.addresses import HOST, SERVICE_RANGE
from lab.artifacts import go
from lab.files import write_if_changed
from lab.parts import pki
from lab.parts.part import Part
from lab.paths import LOGS, MANIFESTS
from lab.supervisor import Program

if TYPE_CHECKING:
    from pathlib import Path

ETCD = "http://127.0.0.1:2379"
AUDIT_LOG = LOGS / "audit.log"
"""Every write to the cluster but leases, events and node heartbeats: one JSON line each, metadata only."""

_POLICY = pki.FOLDER / "audit-policy.yaml"


def _prepare() -> None:
    pki.prepare()
    write_if_changed(_POLICY, (MANIFESTS / "audit-policy.yaml").read_text())


def _programs() -> list[Program]:
    binaries = go.kubernetes()
    return [
        Program("etcd", _etcd(go.etcd() / "server")),
        Program("kube-apiserver", _api_server(binaries / "kube-apiserver")),
        Program("kube-controller-manager", _controller_manager(binaries / "kube-controller-manager")),
        Program("kube-scheduler", _scheduler(binaries / "kube-scheduler")),
    ]


def _etcd(program: Path) -> list[str | Path]:
    peers = "http://127.0.0.1:2380"
    return [
        program,
        f"--data-dir={pki.FOLDER / 'etcd'}",
        f"--listen-client-urls={ETCD}",
        f"--advertise-client-urls={ETCD}",
        f"--listen-peer-urls={peers}",
        "--unsafe-no-fsync",
    ]


def _api_server(program: Path) -> list[str | Path]:
    keys = pki.PKI
    return [
        program,
        f"--etcd-servers={ETCD}",
        "--bind-address=0.0.0.0",
        "--secure-port=6443",
        f"--advertise-address={HOST}",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        f"--tls-cert-file={keys / 'api.crt'}",
        f"--tls-private-key-file={keys / 'api.key'}",
        f"--client-ca-file={pki.CA}",
        f"--service-account-key-file={keys / 'sa.pub'}",
        f"--service-account-signing-key-file={keys / 'sa.key'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--token-auth-file={pki.TOKENS}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        "--kubelet-preferred-address-types=InternalIP",
        f"--audit-policy-file={_POLICY}",
        f"--audit-log-path={AUDIT_LOG}",
        "--audit-log-maxsize=100",
        "--audit-log-maxbackup=2",
    ]


def _controller_manager(program: Path) -> list[str | Path]:
    return [
        program,
        f"--kubeconfig={pki.kubeconfig('controller-manager')}",
        f"--service-account-private-key-file={pki.PKI / 'sa.key'}",
        f"--root-ca-file={pki.CA}",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--node-monitor-grace-period=20s",
        "--bind-address=127.0.0.1",
    ]


def _scheduler(program: Path) -> list[str | Path]:
    return [program, f"--kubeconfig={pki.kubeconfig('scheduler')}", "--leader-elect=false", "--bind-address=127.0.0.1"]


def _health() -> str:
    try:
        answer = kubernetes_api.request("GET", "/readyz")
        # The namespace controller's work: without it no pod can be made.
        kubernetes_api.get("/api/v1/namespaces/default/serviceaccounts/default")
    except (OSError, ValueError) as error:
        return kubernetes_api.why(error)
    return "" if answer == "ok" else f"/readyz answers {answer[:100]!r}"


PART = Part("control-plane", health=_health, prepare=_prepare, programs=_programs)
