"""The cluster's own authority, its certificates, and a token with a kubeconfig for each component."""

from __future__ import annotations

import base64
import json
import secrets
from typing import TYPE_CHECKING

from lab.addresses import API_SERVER, HOST
from lab.commands import run
from lab.files import write_if_changed
from lab.parts.network import NODES
from lab.paths import STATE

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = STATE / "kubernetes"
PKI = FOLDER / "pki"
CA = PKI / "ca.crt"
TOKENS = PKI / "tokens.csv"
_DAYS = "3650"
_SERVICE_ADDRESS = "198.19.0.1"
_NAMES = (
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "localhost",
)
_COMPONENTS = ("controller-manager", "scheduler", "proxy")


def prepare() -> None:
    """Make keys, certificates, tokens and kubeconfigs, once for each cluster."""
    if TOKENS.exists():
        return
    PKI.mkdir(parents=True, exist_ok=True)
    PKI.chmod(0o700)
    _authority()
    _server_certificate()
    _service_account_keys()
    _identities()


def kubeconfig(user: str) -> Path:
    """The kubeconfig of `admin`, of a component (`controller-manager`, `scheduler`, `proxy`) or of a node."""
    return FOLDER / f"{user}.kubeconfig"


def write_kubeconfig(path: Path, user: str, token: str, namespace: str = "default") -> None:
    """Write a kubeconfig that holds all it needs (mode 600)."""
    authority = base64.b64encode(CA.read_bytes()).decode()
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": {"server": API_SERVER, "certificate-authority-data": authority}}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": user, "namespace": namespace}}],
        "current-context": "lab",
    }
    write_if_changed(path, json.dumps(document, indent=2) + "\n", secret=True)


def _identities() -> None:
    """One token each: user name and groups are those to which Kubernetes' own roles are bound."""
    users = {"admin": ("admin", "system:masters")}
    users |= {name: (f"system:kube-{name}", "") for name in _COMPONENTS}
    users |= {node: (f"system:node:{node}", "system:nodes") for node in NODES}
    lines = []
    for name, (user, groups) in users.items():
        token = secrets.token_hex(16)
        write_kubeconfig(kubeconfig(name), name, token)
        lines.append(f'{token},{user},{name},"{groups}"')
    write_if_changed(TOKENS, "\n".join(lines) + "\n", secret=True)


def _authority() -> None:
    key: list[str | Path] = ["-newkey", "rsa:2048", "-nodes", "-keyout", PKI / "ca.key"]
    run(["openssl", "req", "-x509", *key, "-out", CA, "-days", _DAYS, "-subj", "/CN=flink-chaos-lab"])


def _server_certificate() -> None:
    request, names = PKI / "api.csr", PKI / "api.names"
    addresses = [f"IP:{address}" for address in ("127.0.0.1", HOST, _SERVICE_ADDRESS)]
    names.write_text("subjectAltName=" + ",".join([f"DNS:{name}" for name in _NAMES] + addresses) + "\n")
    key: list[str | Path] = ["-newkey", "rsa:2048", "-nodes", "-keyout", PKI / "api.key"]
    run(["openssl", "req", *key, "-out", request, "-subj", "/CN=kube-apiserver"])
    signer: list[str | Path] = ["-CA", CA, "-CAkey", PKI / "ca.key", "-CAcreateserial", "-days", _DAYS]
    run(["openssl", "x509", "-req", "-in", request, *signer, "-extfile", names, "-out", PKI / "api.crt"])


def _service_account_keys() -> None:
    run(["openssl", "genrsa", "-out", PKI / "sa.key", "2048"])
    run(["openssl", "rsa", "-in", PKI / "sa.key", "-pubout", "-out", PKI / "sa.pub"])
