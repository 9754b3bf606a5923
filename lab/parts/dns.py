"""The cluster's DNS: CoreDNS as pods, asked from a node."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import threading

from lab.addresses import DNS
from lab.commands import run
from lab.parts.network import NAMESPACES, NODES
from lab.parts.part import Part
from lab.paths import KUBECONFIG, MANIFESTS

_NAME = "kubernetes.default.svc.cluster.local"
_NETWORK_NAMESPACE = 0x40000000  # CLONE_NEWNET
_TIMEOUT_SECONDS = 1.0
_ANSWERS = struct.Struct(">xxxxxxH")


def _prepare() -> None:
    run(["kubectl", "--kubeconfig", KUBECONFIG, "apply", "--filename", MANIFESTS / "dns.yaml"])


def _health() -> str:
    problems = [f"{node}: {problem}" for node in NODES if (problem := _ask_from(node))]
    return "; ".join(problems)


def _ask_from(node: str) -> str:
    try:
        with _socket_in(node) as channel:
            channel.settimeout(_TIMEOUT_SECONDS)
            channel.sendto(question(_NAME), (DNS, 53))
            answer = channel.recv(512)
    except OSError as error:
        return f"no answer from {DNS}: {error}"
    return "" if _ANSWERS.unpack_from(answer)[0] else f"{DNS} does not know {_NAME}"


def question(name: str) -> bytes:
    """A DNS query for the IPv4 address of `name`."""
    header = struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return header + labels + b"\0" + struct.pack(">HH", 1, 1)


def _socket_in(node: str) -> socket.socket:
    """A UDP socket in the node's network namespace: a thread of its own enters it, and the socket stays there."""
    made: list[socket.socket | OSError] = []

    def enter() -> None:
        try:
            made.append(_enter(node))
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


def _enter(node: str) -> socket.socket:
    namespace = os.open(NAMESPACES / node, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(namespace, _NETWORK_NAMESPACE):
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {node}")
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    finally:
        os.close(namespace)


PART = Part("dns", health=_health, prepare=_prepare)
