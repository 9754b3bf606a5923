from __future__ import annotations

import pytest

from lab.surroundings import closed_chains, foreign_routes


def chain(table="mine", *, name="forward", policy="drop", hook="forward", family="inet"):
    return {"chain": {"family": family, "table": table, "name": name, "hook": hook, "policy": policy}}


@pytest.mark.parametrize("target", ["198.18.0.0/15", "198.18.0.0/16", "198.19.0.0/25", "198.18.0.1"])
def test_a_vpn_s_route_into_the_lab_s_range_is_found(target):
    assert foreign_routes([{"dst": target, "dev": "tun0"}]) == (f"{target} dev tun0",)


@pytest.mark.parametrize(
    "route",
    [
        {"dst": "default", "dev": "eth0"},
        {"dst": "192.0.2.0/24", "dev": "eth0"},
        {"dst": "198.18.11.0/24", "dev": "lab0"},
        {"type": "local", "dst": "198.18.0.1", "dev": "lab0"},
        {"dst": "::1", "dev": "lo"},
        {"dst": "198.19.8.0/24", "dev": "br-1"},  # docker-compose.yaml's network
        {"dst": "0.0.0.0/1", "dev": "tun0"},  # the lab's own routes are narrower
    ],
)
def test_routes_of_others_elsewhere_and_the_lab_s_own_are_none(route):
    assert foreign_routes([route]) == ()


def test_without_the_program_nothing_is_found():
    assert foreign_routes(None) == ()
    assert closed_chains(None) == ()


def test_a_chain_that_drops_what_passes_through_is_found():
    assert closed_chains({"nftables": [{"metainfo": {}}, chain()]}) == ("inet mine forward",)


@pytest.mark.parametrize(
    "harmless",
    [
        chain(policy="accept"),
        chain(hook="output"),
        chain("filter", name="FORWARD", family="ip"),  # iptables: the lab's own rules stand there
        {"chain": {"family": "inet", "table": "mine", "name": "called-by-others"}},
    ],
)
def test_a_chain_that_lets_the_lab_s_packets_be_is_none(harmless):
    assert closed_chains({"nftables": [harmless]}) == ()


def test_a_chain_with_a_rule_for_the_bridge_is_none():
    match = {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lab0"}}
    rule = {"rule": {"family": "inet", "table": "mine", "chain": "forward", "expr": [match, {"accept": None}]}}

    assert closed_chains({"nftables": [chain(), rule]}) == ()
