"""The lab's own rules in the machine's iptables.

Whoever else cares for packets here may let none through: Docker Engine makes bridged traffic pass iptables and sets the
policy of FORWARD to DROP; ufw does so to INPUT as well. Two rules before all others let in what comes over the lab's own
bridge, and nothing else.
"""

from __future__ import annotations

import shutil

from lab.addresses import BRIDGE
from lab.commands import LabError, run

RULES = {
    "INPUT": ("--in-interface", BRIDGE, "--jump", "ACCEPT"),
    "FORWARD": ("--in-interface", BRIDGE, "--out-interface", BRIDGE, "--jump", "ACCEPT"),
}
"""Chain and rule: nodes and pods reach the machine's programs, and one node the other."""


def open_bridge() -> None:
    """Add the rules that are missing, as the first of their chains."""
    for chain in missing():
        _iptables("--insert", chain)


def close_bridge() -> None:
    """Remove them all, however often each is there."""
    if shutil.which("iptables") is None:
        return
    for chain in RULES:
        while _is_there(chain):
            _iptables("--delete", chain)


def missing() -> list[str]:
    """Chains that lack the lab's rule."""
    return [chain for chain in RULES if not _is_there(chain)]


def _is_there(chain: str) -> bool:
    try:
        _iptables("--check", chain)
    except LabError:
        return False
    return True


def _iptables(action: str, chain: str) -> None:
    run(["iptables", "--wait", "10", action, chain, *RULES[chain]])
