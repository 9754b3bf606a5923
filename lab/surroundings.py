"""What else on this machine may stand in the way of the lab's network. Standard library only."""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.addresses import BRIDGE, POD_RANGE, RANGE, SERVICE_RANGE

if TYPE_CHECKING:
    from collections.abc import Iterable

PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
_HOOKS = {"input", "forward"}
_IPTABLES = {("ip", "filter"), ("ip6", "filter")}
_SELINUX = Path("/sys/fs/selinux/enforce")


@dataclass(frozen=True)
class Surroundings:
    """What was found.

    `routes`: routes of others into the lab's range, each as `ip route` names it. `firewalld`: whether it runs and does
    not trust the lab's bridge. `chains`: base chains of nftables, without those of iptables, that drop what no rule
    allows and have none for the bridge ("family table chain"). `proxies`: variables of the environment.
    """

    routes: tuple[str, ...] = ()
    firewalld: bool = False
    chains: tuple[str, ...] = ()
    selinux: bool = False
    proxies: tuple[str, ...] = ()


def look() -> Surroundings:
    """Look at this machine; a program that is not there finds nothing."""
    return Surroundings(
        routes=foreign_routes(_json("ip", "-json", "route", "show", "table", "all")),
        firewalld=_output("firewall-cmd", "--state") == "running" and not _trusted(),
        chains=closed_chains(_json("nft", "--json", "list", "ruleset")),
        selinux=_SELINUX.exists() and _SELINUX.read_text().strip() == "1",
        proxies=tuple(name for name in PROXIES if os.environ.get(name)),
    )


def foreign_routes(routes: Any) -> tuple[str, ...]:
    """Routes that lead into the lab's range and are not the lab's own; a default route is none."""
    found = [(route.get("dst", ""), route.get("dev", "")) for route in routes or ()]
    return tuple(f"{target} dev {device}" for target, device in found if device != BRIDGE and _within(target))


def closed_chains(ruleset: Any) -> tuple[str, ...]:
    """Base chains with the policy `drop` for packets that come in or pass through, but those that let in the bridge."""
    entries = (ruleset or {}).get("nftables", [])
    chains = [entry["chain"] for entry in entries if entry.get("chain", {}).get("hook") in _HOOKS]
    closed = [_place(chain) for chain in chains if chain.get("policy") == "drop" and not _is_iptables(chain)]
    opened = {_place(rule) for rule in _rules(entries) if BRIDGE in json.dumps(rule)}
    return tuple(place for place in closed if place not in opened)


def _rules(entries: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return (entry["rule"] for entry in entries if "rule" in entry)


def _place(entry: dict[str, Any]) -> str:
    return f"{entry['family']} {entry['table']} {entry.get('chain') or entry['name']}"


def _is_iptables(chain: dict[str, Any]) -> bool:
    return (chain["family"], chain["table"]) in _IPTABLES


def _within(target: str) -> bool:
    try:
        network = ipaddress.ip_network(target, strict=False)
    except ValueError:  # "default"
        return False
    used = [ipaddress.IPv4Network(one) for one in (POD_RANGE, SERVICE_RANGE)]
    return network.version == RANGE.version and network.subnet_of(RANGE) and any(map(network.overlaps, used))


def _trusted() -> bool:
    return _output("firewall-cmd", "--get-zone-of-interface", BRIDGE) == "trusted"


def _json(*command: str) -> Any:
    try:
        return json.loads(_output(*command) or "null")
    except ValueError:
        return None


def _output(*command: str) -> str:
    """What the program printed; nothing if it is missing or fails."""
    try:
        done = subprocess.run(command, text=True, capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.strip()
