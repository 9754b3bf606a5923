from __future__ import annotations

import pytest

from experiments.errors import ChaosError
from experiments.network.order import read_order
from experiments.network.traffic import Match, Side, Traffic, destinations_of, read_traffic
from experiments.variables import Variables


def traffic(*destinations, **env) -> Traffic:
    return read_traffic(Variables(env), destinations)


def test_nothing_set_means_everything():
    """As in Litmus."""
    assert traffic() == Traffic((Match(),), ())


def test_addresses_networks_and_their_ports():
    """One match for each."""
    hit = traffic("10.0.0.1", "10.1.0.0/16", "10.0.0.2|80|443").hit
    assert hit == (Match("10.0.0.1"), Match("10.1.0.0/16"), Match("10.0.0.2", port=80), Match("10.0.0.2", port=443))


def test_addresses_and_ports_are_a_union():
    """As in Litmus: either is enough."""
    found = traffic("10.0.0.1", DESTINATION_PORTS="80, 81", SOURCE_PORTS="90")
    assert found.hit == (
        Match("10.0.0.1"),
        Match(side=Side.SOURCE, port=90),
        Match(port=80),
        Match(port=81),
    )


def test_spared_ports_make_the_addresses_void():
    """`!p` is everything except p."""
    assert traffic("10.0.0.1", DESTINATION_PORTS="!80,81") == Traffic((Match(),), (Match(port=80), Match(port=81)))


@pytest.mark.parametrize("entry", ["nowhere", "10.0.0.1|x", "10.0.0.1|70000", "::1", "10.0.0.1|0"])
def test_a_bad_destination_is_named(entry):
    """With the whole entry or its port."""
    with pytest.raises(ChaosError, match="DESTINATION_IPS"):
        traffic(entry)


def test_hosts_are_looked_up_with_all_their_addresses():
    """Those that are unknown are left out, as in Litmus."""
    known = {"hdfs": ["10.0.0.1", "10.0.0.2"]}
    variables = Variables({"DESTINATION_HOSTS": "hdfs|8020|9866,gone", "DESTINATION_IPS": "10.9.9.9"})
    found = destinations_of(variables, lambda host: known.get(host, []))
    assert found == ["10.9.9.9", "10.0.0.1|8020|9866", "10.0.0.2|8020|9866"]


def test_no_known_host_is_an_error():
    """Else everything would be hit."""
    with pytest.raises(ChaosError, match="gone"):
        destinations_of(Variables({"DESTINATION_HOSTS": "gone"}), lambda _: [])


def test_endpoints_are_where_a_round_trip_can_be_measured():
    """Single addresses with a port of their own or a common one."""
    assert traffic("10.0.0.1|80", "10.1.0.0/16|80").endpoints() == [("10.0.0.1", 80)]
    assert traffic("10.0.0.1", DESTINATION_PORTS="80").endpoints() == [("10.0.0.1", 80)]
    assert traffic("10.0.0.1").endpoints() == []
    assert traffic(DESTINATION_PORTS="80").endpoints() == []


def test_an_order_has_the_defaults_of_litmus():
    """And the names of the variables."""
    order = read_order(Variables({}))
    assert (order.latency, order.jitter, order.duration, order.interface, order.way) == (2000, 0, 60, "eth0", "auto")
    with pytest.raises(ChaosError, match="DELAY_WAY"):
        read_order(Variables({"DELAY_WAY": "magic"}))
