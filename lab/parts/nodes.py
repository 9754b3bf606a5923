"""Two Kubernetes nodes: each has its own network and mount namespace, containerd, kubelet and kube-proxy.

In its mount namespace a node sees its own folders at the usual places (/var/lib/kubelet, /var/log,
/run/containerd/containerd.sock ...), so that whatever expects an ordinary node finds one.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from lab import cgroups, kubernetes_api, namespaces, supervisor
from lab.addresses import DNS, POD_RANGE, node_address, pod_range
from lab.artifacts import go
from lab.files import write_if_changed
from lab.parts import pki
from lab.parts.network import NAMESPACES, NODES
from lab.parts.part import Part
from lab.paths import MANIFESTS, RUN, STATE
from lab.supervisor import Program

NODE_MEMORY = 8 << 30
"""Bytes that a node offers: what the machine has beyond is declared as reserved for the system."""

POOL = "flink-chaos.io/pool"
TOOLS_NODE = "node1"
"""Where operators and SQL Gateway go first: a drain of an application's node leaves them alone."""

_CNI = Path("/var/lib/cni")


def folder(node: str) -> Path:
    """Where a node's configuration and data are."""
    return STATE / "nodes" / node


def socket(node: str) -> Path:
    """The node's containerd socket as the machine sees it."""
    return RUN / node / "containerd.sock"


def image_store(node: str) -> Path:
    """Where containerd keeps the node's images: stays over `down`."""
    return folder(node) / "containerd"


def _binds(node: str) -> dict[Path, Path]:
    return {
        Path("/run/containerd"): RUN / node,
        Path("/var/lib/containerd"): image_store(node),
        Path("/var/lib/kubelet"): folder(node) / "kubelet",
        Path("/var/log"): folder(node) / "log",
        _CNI: folder(node) / "cni",
    }


def mount_points() -> list[Path]:
    """Folders of the machine over which nodes see their own."""
    return list(_binds("node1"))


def _prepare() -> None:
    for node, number in NODES.items():
        cgroups.create(f"lab-{node}")
        namespaces.create(node, _binds(node))
        write_if_changed(folder(node) / "containerd.toml", (MANIFESTS / "containerd.toml").read_text())
        write_if_changed(folder(node) / "cni" / "conf" / "10-lab.conflist", json.dumps(_cni(number), indent=2))
        write_if_changed(folder(node) / "resolv.conf", f"nameserver {DNS}\n")
        write_if_changed(folder(node) / "kubelet.json", json.dumps(_kubelet(node), indent=2))


def _cni(number: int) -> dict[str, Any]:
    """`ptp`, not `bridge`: service traffic between pods of one node passes iptables without br_netfilter."""
    subnet = {"ranges": [[{"subnet": pod_range(number)}]], "routes": [{"dst": "0.0.0.0/0"}]}
    ipam = {"type": "host-local", "dataDir": str(_CNI / "ipam"), **subnet}
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "0.4.0", "name": "lab", "plugins": [{"type": "ptp", "mtu": 1500, "ipam": ipam}, ports]}


def _kubelet(node: str) -> dict[str, Any]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/lab-{node}",
        "cgroupsPerQOS": True,
        "enforceNodeAllocatable": [],
        "failCgroupV1": False,
        "clusterDNS": [DNS],
        "clusterDomain": "cluster.local",
        "failSwapOn": False,
        "featureGates": {"KubeletInUserNamespace": True},  # no CAP_SYS_RESOURCE needed
        "oomScoreAdj": 0,
        "resolvConf": str(folder(node) / "resolv.conf"),
        "volumePluginDir": "/var/lib/kubelet/volume-plugins",
        "imageGCHighThresholdPercent": 100,
        "imageMaximumGCAge": "0s",
        "evictionHard": {"nodefs.available": "0%", "imagefs.available": "0%", "memory.available": "100Mi"},
        "systemReserved": {"memory": str(max(0, _machine_memory() - NODE_MEMORY))},
        "nodeStatusUpdateFrequency": "4s",
        "maxPods": 60,
    }


def _machine_memory() -> int:
    """Bytes."""
    first = Path("/proc/meminfo").read_text().splitlines()[0]
    return int(first.split()[1]) * 1024


def _programs() -> list[Program]:
    return [program for node, number in NODES.items() for program in _node_programs(node, number)]


def _node_programs(node: str, number: int) -> list[Program]:
    inside = ["nsenter", f"--net={NAMESPACES / node}", f"--mount={namespaces.handle(node)}", "--"]
    kubelet, proxy = go.kubernetes() / "kubelet", go.kubernetes() / "kube-proxy"
    return [
        Program(f"{node}-containerd", [*inside, "containerd", "-c", folder(node) / "containerd.toml"]),
        Program(f"{node}-kubelet", [*inside, kubelet, *_kubelet_flags(node, number)]),
        Program(f"{node}-kube-proxy", [*inside, proxy, *_proxy_flags(node)]),
    ]


def _kubelet_flags(node: str, number: int) -> list[str]:
    return [
        f"--config={folder(node) / 'kubelet.json'}",
        f"--kubeconfig={pki.kubeconfig(node)}",
        f"--hostname-override={node}",
        f"--node-ip={node_address(number)}",
        f"--node-labels={POOL}={'tools' if node == TOOLS_NODE else 'flink'}",
    ]


def _proxy_flags(node: str) -> list[str]:
    """Nothing of conntrack is touched: its limits belong to the machine."""
    return [
        f"--kubeconfig={pki.kubeconfig('proxy')}",
        f"--hostname-override={node}",
        f"--cluster-cidr={POD_RANGE}",
        "--proxy-mode=iptables",
        "--oom-score-adj=0",
        "--conntrack-max-per-core=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
        "--healthz-bind-address=127.0.0.1:10256",
        "--metrics-bind-address=127.0.0.1:10249",
    ]


def _health() -> str:
    try:
        found = {node["metadata"]["name"]: node for node in kubernetes_api.get("/api/v1/nodes")["items"]}
    except (OSError, ValueError) as error:
        return kubernetes_api.why(error)
    started = {info["name"].removesuffix("-kubelet"): info["start"] for info in supervisor.processes("nodes")}
    problems = {node: not_ready(found.get(node), started.get(node, 0)) for node in NODES}
    return "; ".join(f"{node}: {problem}" for node, problem in problems.items() if problem)


def not_ready(node: dict[str, Any] | None, kubelet_start: float) -> str:
    """Why the node is not ready; what its kubelet said before it was started anew (epoch seconds) does not count."""
    if node is None:
        return "has not registered"
    ready = [condition for condition in node["status"].get("conditions", []) if condition["type"] == "Ready"]
    if not ready or datetime.fromisoformat(ready[0]["lastHeartbeatTime"]).timestamp() < kubelet_start:
        return "has not reported since its kubelet started"
    return "" if ready[0]["status"] == "True" else str(ready[0].get("message", "not ready"))[:200]


PART = Part("nodes", health=_health, prepare=_prepare, programs=_programs)
