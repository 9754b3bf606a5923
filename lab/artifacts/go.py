"""Go programs, compiled from their modules: Kubernetes, etcd, CoreDNS, pause."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lab.artifacts.cache import cached, key_of
from lab.commands import run
from lab.paths import LAB
from lab.versions import VERSIONS

if TYPE_CHECKING:
    from pathlib import Path

KUBERNETES = VERSIONS["kubernetes"]
_VERSION_PACKAGE = "k8s.io/component-base/version"


def kubernetes() -> Path:
    """Folder with kube-apiserver, kube-controller-manager, kube-scheduler, kubelet and kube-proxy."""
    return _tools("kubernetes", _kubernetes_flags())


def etcd() -> Path:
    """Folder with etcd, which Go names `server` after its package."""
    return _tools("etcd", "")


def coredns() -> Path:
    """Folder with coredns, static."""
    return _program("coredns")


def pause() -> Path:
    """Folder with pause, the program of every pod sandbox, static."""
    return _program("pause")


def _kubernetes_flags() -> str:
    major, minor, _ = KUBERNETES.split(".")
    values = {"gitVersion": f"v{KUBERNETES}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    return " ".join(f"-X {_VERSION_PACKAGE}.{name}={value}" for name, value in values.items())


def _tools(module: str, flags: str) -> Path:
    return _build(module, flags, "tool")


def _program(module: str) -> Path:
    return _build(module, "", ".")


def _build(module: str, flags: str, what: str) -> Path:
    source = LAB / "go" / module
    link = f"-s -w {flags}".strip()

    def compile_to(folder: Path) -> None:
        command = ["go", "build", "-mod=readonly", "-ldflags", link, "-o", f"{folder}/", what]
        run(command, cwd=source, env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": ""})

    return cached(module, key_of(source, link), compile_to)
