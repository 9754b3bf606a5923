from __future__ import annotations

from dataclasses import replace

import pytest

from lab.doctor import DISK, MEMORY, Finding, at_least, examine
from lab.machine import Facts
from lab.surroundings import Surroundings

GOOD = Facts(
    root=True,
    memory=MEMORY,
    disk=DISK,
    python=(3, 11),
    go="1.24",
    javac="17",
    maven="3.8.7",
    apt=True,
    busy_ports=(),
    lab_runs=False,
    kernel={"veth pairs": True, "overlayfs": True},
    surroundings=Surroundings(proxies=("https_proxy",)),
)


def lacking(facts: Facts) -> list[Finding]:
    return [finding for finding in examine(facts) if finding.remedy]


def test_a_machine_with_the_least_of_everything_is_good_enough():
    assert lacking(GOOD) == []


@pytest.mark.parametrize(
    ("change", "what", "remedy"),
    [
        ({"root": False}, "root", "sudo"),
        ({"memory": MEMORY - 1}, "memory", "8.0 GiB"),
        ({"disk": DISK - 1}, "disk", "15.0 GiB"),
        ({"python": (3, 10)}, "Python", "3.11"),
        ({"go": "1.19"}, "Go", "1.24"),
        ({"go": ""}, "Go", "1.24"),
        ({"javac": "11"}, "JDK", "openjdk-17-jdk"),
        ({"maven": ""}, "Maven", "apt-get install maven"),
        ({"apt": False}, "apt", "Debian"),
        ({"busy_ports": (8080, 9092)}, "ports", "8080"),
        ({"kernel": {"veth pairs": False}}, "veth pairs", "modprobe veth"),
        ({"surroundings": Surroundings(routes=("198.18.0.0/16 dev tun0",))}, "routes", "VPN"),
        ({"surroundings": Surroundings(firewalld=True)}, "firewalld", "--add-interface=lab0"),
        (
            {"surroundings": Surroundings(chains=("inet mine forward",))},
            "nftables",
            "nft insert rule inet mine forward iifname lab0 accept",
        ),
        ({"surroundings": Surroundings(selinux=True)}, "SELinux", "setenforce 0"),
    ],
)
def test_each_lack_is_named_with_what_mends_it(change, what, remedy):
    (finding,) = lacking(replace(GOOD, **change))

    assert finding.what == what
    assert remedy in finding.remedy


def test_ports_that_our_own_lab_uses_are_no_lack():
    assert lacking(replace(GOOD, busy_ports=(8080,), lab_runs=True)) == []


def test_versions_are_compared_as_numbers():
    assert at_least("1.26", "1.9")
    assert not at_least("1.9", "1.24")
