"""Whether this machine can run the lab. Standard library only: it is asked before anything is installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.addresses import BRIDGE, RANGE
from lab.machine import collect
from lab.paths import CACHE
from lab.versions import VERSIONS

if TYPE_CHECKING:
    from lab.machine import Facts
    from lab.surroundings import Surroundings

GIB = 1 << 30
MEMORY = 8 * GIB
DISK = 15 * GIB
_KERNEL = {
    "network namespaces": "Call it as root on a kernel with CONFIG_NET_NS; in a container, start that one privileged.",
    "veth pairs": "apt-get install iproute2; modprobe veth",
    "bridges": "apt-get install iproute2; modprobe bridge",
    "iptables NAT": "modprobe iptable_nat nf_tables nft_chain_nat",
    "overlayfs": "modprobe overlay",
    "control groups": "Mount cgroup v1 (or v2) at /sys/fs/cgroup with the controllers cpu, cpuset, memory, pids.",
}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor; `remedy` is empty if all is well."""

    what: str
    found: str
    remedy: str = ""


def doctor(*, quiet: bool = False) -> bool:
    """Print what was found (only what is lacking, if `quiet`). Tells whether the lab can run here."""
    findings = examine(collect())
    for finding in findings:
        if finding.remedy or not quiet:
            print(f"{'LACKS' if finding.remedy else 'ok   '} {finding.what}: {finding.found}")
        if finding.remedy:
            print(f"      {finding.remedy}")
    return not any(finding.remedy for finding in findings)


def examine(facts: Facts) -> list[Finding]:
    """Judge the facts."""
    return [
        _judge("root", facts.root, "yes" if facts.root else "no", "Call it as root: sudo python3 -m lab doctor"),
        _judge(
            "memory", facts.memory >= MEMORY, _gib(facts.memory), f"The lab needs {_gib(MEMORY)}: use a larger machine."
        ),
        _judge("disk", facts.disk >= DISK, f"{_gib(facts.disk)} free", f"Free {_gib(DISK)} where {CACHE} lies."),
        *_tools(facts),
        _ports(facts),
        *(
            _judge(name, works, "works" if works else "does not work", _KERNEL[name])
            for name, works in facts.kernel.items()
        ),
        *_surroundings(facts.surroundings),
    ]


def _surroundings(found: Surroundings) -> list[Finding]:
    """Docker Engine and ufw are no lack: they filter by iptables, where the lab has rules of its own."""
    rules = "; ".join(f"nft insert rule {chain} iifname {BRIDGE} accept" for chain in found.chains)
    trust = f"firewall-cmd --permanent --zone=trusted --add-interface={BRIDGE}; firewall-cmd --reload"
    chains = ", ".join(found.chains)
    routes = ", ".join(found.routes)
    return [
        _judge("routes", not routes, routes or f"{RANGE} is free", "End the VPN, or remove the container network, that has them while the lab is up."),
        _judge("firewalld", not found.firewalld, "filters" if found.firewalld else "not in the way", trust),
        _judge("nftables", not chains, f"{chains} drops" if chains else "not in the way", rules),
        _judge(
            "SELinux",
            not found.selinux,
            "enforces" if found.selinux else "not in the way",
            "The lab was never tried with it: setenforce 0 while it is up.",
        ),
        Finding("proxy", f"{', '.join(found.proxies) or 'none'}; Maven takes one from ~/.m2/settings.xml alone"),
    ]


def _tools(facts: Facts) -> list[Finding]:
    python = ".".join(map(str, facts.python))
    jdk = f"apt-get install openjdk-{VERSIONS['java']}-jdk-headless"
    newer_go = f"Install Go {VERSIONS['go_minimum']} or newer from the Go project's own page: distributions are behind."
    return [
        _judge(
            "Python",
            at_least(python, VERSIONS["python_minimum"]),
            python,
            f"Use Python {VERSIONS['python_minimum']} or newer.",
        ),
        _judge("Go", at_least(facts.go, VERSIONS["go_minimum"]), facts.go or "not found", newer_go),
        _judge("JDK", at_least(facts.javac, VERSIONS["java"]), facts.javac or "no javac found", jdk),
        _judge("Maven", bool(facts.maven), facts.maven or "not found", "apt-get install maven"),
        _judge(
            "apt",
            facts.apt,
            "found" if facts.apt else "not found",
            "The lab installs Debian packages: use Debian or Ubuntu.",
        ),
    ]


def _ports(facts: Facts) -> Finding:
    if facts.lab_runs:
        return Finding("ports", "used by the running lab")
    busy = ", ".join(map(str, facts.busy_ports))
    remedy = f"End what listens there: ss -ltnp '( sport = :{facts.busy_ports[0]} )'" if busy else ""
    return Finding("ports", f"{busy} in use" if busy else "free", remedy)


def _judge(what: str, good: bool, found: str, remedy: str) -> Finding:
    return Finding(what, found, "" if good else remedy)


def at_least(version: str, minimum: str) -> bool:
    """Whether `version` is not older than `minimum`; an empty one is."""
    return bool(version) and _numbers(version) >= _numbers(minimum)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"
