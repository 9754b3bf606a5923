"""One bridge on the machine and one network namespace for each node, joined by a veth pair.

The machine's own network stays as it is but for two rules of its firewall: no NAT, no forwarding, nothing of the lab
leaves the machine.
"""

from __future__ import annotations

import json
from pathlib import Path

from lab.addresses import BRIDGE, HOST, node_address, pod_range
from lab.commands import LabError, run
from lab.namespaces import mounted
from lab.parts import firewall
from lab.parts.part import Part

NODES = {"node1": 1, "node2": 2, "node3": 3}
"""Name and number of every node."""

NAMESPACES = Path("/run/netns")


def veth(node: str) -> str:
    """The machine's end of the node's veth pair."""
    return f"v{node}"


def remove() -> None:
    """Delete namespaces, veth pairs, the bridge and its rules in the firewall; routes go with them."""
    firewall.close_bridge()
    present = links()
    for node in NODES:
        if veth(node) in present:
            run(["ip", "link", "delete", veth(node)])
        if (NAMESPACES / node).exists():
            run(["ip", "netns", "delete", node])
    if BRIDGE in present:
        run(["ip", "link", "delete", BRIDGE])
    _remove_folder_of_namespaces()


def _remove_folder_of_namespaces() -> None:
    """`ip netns` mounts its folder over itself; it is taken away unless somebody else has a namespace there."""
    if not NAMESPACES.exists() or any(NAMESPACES.iterdir()):
        return
    while str(NAMESPACES) in mounted():
        run(["umount", NAMESPACES])
    NAMESPACES.rmdir()


def links() -> set[str]:
    """Names of the machine's network interfaces."""
    return {link["ifname"] for link in json.loads(run(["ip", "-json", "link"]))}


def _prepare() -> None:
    if _missing():
        _build()
    firewall.open_bridge()


def _build() -> None:
    remove()
    run(["ip", "link", "add", BRIDGE, "type", "bridge"])
    run(["ip", "address", "add", f"{HOST}/24", "dev", BRIDGE])
    run(["ip", "link", "set", BRIDGE, "up"])
    for node, number in NODES.items():
        _add_node(node, number)


def _add_node(node: str, number: int) -> None:
    run(["ip", "netns", "add", node])
    run(["ip", "link", "add", veth(node), "type", "veth", "peer", "name", "eth0", "netns", node])
    run(["ip", "link", "set", veth(node), "master", BRIDGE, "up"])
    run(["ip", "-netns", node, "-batch", "-"], stdin=_inside(number))
    run(["ip", "netns", "exec", node, "sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1"])
    run(["ip", "route", "replace", pod_range(number), "via", node_address(number)])


def _inside(number: int) -> str:
    others = [other for other in NODES.values() if other != number]
    lines = [
        f"address add {node_address(number)}/24 dev eth0",
        "link set lo up",
        "link set eth0 up",
        f"route replace default via {HOST}",
        *(f"route replace {pod_range(other)} via {node_address(other)}" for other in others),
    ]
    return "\n".join(lines) + "\n"


def _health() -> str:
    try:
        missing = _missing() + [f"the lab's rule in {chain} of iptables" for chain in firewall.missing()]
    except LabError as error:
        return str(error)
    return f"{', '.join(missing)} missing" if missing else ""


def _missing() -> list[str]:
    present = links()
    found = [link for link in (BRIDGE, *map(veth, NODES)) if link not in present]
    return found + [f"namespace {node}" for node in NODES if not (NAMESPACES / node).exists()]


PART = Part("network", health=_health, prepare=_prepare)
