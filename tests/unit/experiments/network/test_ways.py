"""What the two ways tell the kernel's tools; tests/e2e/test_delay.py asks a real kernel."""

from __future__ import annotations

import json

import pytest

from experiments.network import nfqueue
from experiments.network.netem import Netem
from experiments.network.netlink_queue import Packet
from experiments.network.nfqueue import Nfqueue
from experiments.network.order import read_order
from experiments.network.tools import ToolError
from experiments.network.way import PROBE_MARK, Counts
from experiments.variables import Variables


def order(**env):
    return read_order(Variables({"NETWORK_LATENCY": "200", "JITTER": "10"} | env))


class _Tc:
    """Remembers commands, and shows what was built."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.shown: list[dict] = []

    def __call__(self, *command: str) -> str:
        if "show" in command:
            return json.dumps(self.shown)
        self.commands.append(" ".join(command))
        return ""


@pytest.fixture
def tc(monkeypatch) -> _Tc:
    found = _Tc()
    monkeypatch.setattr("experiments.network.netem.tool", found)
    return found


def test_netem_of_everything_is_one_queue(tc):
    """At the root of the interface."""
    Netem(order()).start()
    assert tc.commands == [
        "tc qdisc replace dev eth0 root handle fc2: netem delay 200ms 10ms limit 100000",
    ]


def test_netem_with_filters_delays_what_they_match(tc):
    """The spared ports come first; only the last band is delayed."""
    Netem(order(DESTINATION_IPS="10.0.0.1|80")).start()
    assert tc.commands == [
        "tc qdisc replace dev eth0 root handle fc1: prio bands 4",
        "tc qdisc replace dev eth0 parent fc1:4 handle fc2: netem delay 200ms 10ms limit 100000",
        "tc filter add dev eth0 protocol ip parent fc1: prio 3 u32 match ip dst 10.0.0.1 match ip dport 80 0xffff flowid fc1:4",
    ]
    tc.commands.clear()
    Netem(order(SOURCE_PORTS="!22")).start()
    assert tc.commands[2:] == [
        "tc filter add dev eth0 protocol ip parent fc1: prio 2 u32 match ip sport 22 0xffff flowid fc1:1",
        "tc filter add dev eth0 protocol ip parent fc1: prio 3 u32 match ip dst 0.0.0.0/0 flowid fc1:4",
    ]


def test_netem_reverts_only_what_is_ours(tc):
    """Known by its handles, also when a run was killed."""
    way = Netem(order())
    tc.shown = [{"kind": "noqueue", "handle": "0:"}]
    way.revert()
    assert tc.commands == []
    tc.shown = [{"kind": "prio", "handle": "fc1:"}, {"kind": "netem", "handle": "fc2:", "packets": 30}]
    way.revert()
    assert tc.commands == ["tc qdisc delete dev eth0 root"]
    tc.shown = [{"kind": "prio", "handle": "fc1:"}]
    way.revert()
    assert len(tc.commands) == 2, "also where netem itself was refused"
    tc.shown = []
    assert way.counts(5) == Counts(10, 20), "the packets are known after the revert, without four for each round trip"


class _Iptables:
    """One table, of the programs that work."""

    def __init__(self, *working: str) -> None:
        self.working = working
        self.rules: list[list[str]] = []
        self.chains: set[str] = set()

    def __call__(self, program: str, *words: str) -> str:
        if program not in self.working:
            raise ToolError(f"{program}: not here")
        words = tuple(word for word in words if word not in ("-w", "-n"))
        if words[0] == "-S":
            return "\n".join(" ".join(["-A", *rule]) for rule in self.rules if rule[0] == words[1])
        getattr(self, f"_{words[0][1]}")(list(words[1:]))
        return ""

    def _N(self, words):  # noqa: N802 - the letter of the option
        self.chains.add(words[0])

    def _L(self, words):  # noqa: N802
        if words[0] not in self.chains:
            raise ToolError("no chain")

    def _A(self, words):  # noqa: N802
        self.rules.append(words)

    _I = _A

    def _D(self, words):  # noqa: N802
        self.rules.remove(words)

    def _F(self, words):  # noqa: N802
        self.rules = [rule for rule in self.rules if rule[0] != words[0]]

    def _X(self, words):  # noqa: N802
        self.chains.remove(words[0])


class _Queue:
    def __init__(self, _number, handle) -> None:
        self.handle = handle
        self.verdicts: list[tuple[str, int]] = []

    def fileno(self):
        return 99

    def receive(self):
        pass

    def accept(self, packet):
        self.verdicts.append(("accept", packet.number))

    def drop(self, packet):
        self.verdicts.append(("drop", packet.number))

    def close(self):
        self.verdicts.append(("close", 0))


class _Sender:
    def __init__(self, *_) -> None:
        self.sent: list[bytes] = []

    def fits(self, packet):
        return len(packet) <= 10

    def send(self, packet):
        self.sent.append(packet)

    def close(self):
        pass


@pytest.fixture
def table(monkeypatch) -> _Iptables:
    found = _Iptables("iptables-legacy")

    def succeeds(*command):
        try:
            found(*command)
        except ToolError:
            return False
        return True

    for name, value in (("tool", found), ("succeeds", succeeds), ("NetlinkQueue", _Queue), ("RawSender", _Sender)):
        monkeypatch.setattr(nfqueue, name, value)
    return found


def test_rules_lead_from_output_to_the_queue(table):
    """What we have delayed already passes; without a process everything passes."""
    Nfqueue(order(DESTINATION_IPS="10.0.0.1,10.0.0.2|80")).start()
    queue = "-j NFQUEUE --queue-num 252 --queue-bypass"
    assert [" ".join(rule) for rule in table.rules] == [
        "FLINK-CHAOS -m mark --mark 253 -j RETURN",
        f"FLINK-CHAOS -d 10.0.0.1 {queue}",
        f"FLINK-CHAOS -d 10.0.0.2 -p tcp --dport 80 {queue}",
        f"FLINK-CHAOS -d 10.0.0.2 -p udp --dport 80 {queue}",
        "OUTPUT -o eth0 -j FLINK-CHAOS",
    ]


def test_a_second_run_removes_what_the_first_has_left(table):
    """However often it was left, and nothing else."""
    table.rules = [["OUTPUT", "-j", "OTHER"]]
    Nfqueue(order()).start()
    table.rules += [["OUTPUT", "-o", "eth0", "-j", "FLINK-CHAOS"]]
    Nfqueue(order()).revert()
    assert table.rules == [["OUTPUT", "-j", "OTHER"]]
    assert table.chains == set()


def test_the_other_iptables_is_tried(table):
    """Some kernels know NFQUEUE only by one of them; if none works, both say why."""
    table.working = ("iptables-nft",)
    Nfqueue(order()).start()
    assert table.rules
    table.working = ()
    with pytest.raises(ToolError, match=r"iptables-legacy.*iptables-nft"):
        Nfqueue(order()).start()


def test_copies_are_sent_and_originals_dropped(table):
    """A packet that fits is dropped at once, or its socket would stop; one that does not is held itself."""
    assert table.rules == []
    way = Nfqueue(order(NETWORK_LATENCY="0", JITTER="0"))
    way.start()
    queue, sender = way._queue, way._sender
    queue.handle(Packet(1, 0, b"small"))
    queue.handle(Packet(2, PROBE_MARK, b"much too large"))
    assert queue.verdicts == [("drop", 1)]
    assert way.serve() is None
    assert sender.sent == [b"small"]
    assert queue.verdicts == [("drop", 1), ("accept", 2)]
    assert way.counts(0) == Counts(1, 1)


def test_a_revert_lets_everything_go_at_once(table):
    """Rules first, then what is held, then the queue."""
    way = Nfqueue(order(NETWORK_LATENCY="60000"))
    way.start()
    queue, sender = way._queue, way._sender
    queue.handle(Packet(1, 0, b"small"))
    way.revert()
    assert table.rules == []
    assert sender.sent == [b"small"]
    assert queue.verdicts[-1] == ("close", 0)
    assert way.files() == []
    way.revert()
