"""The delay in network namespaces of its own: no cluster, but root, iptables and libnetfilter-queue1."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Self

import pytest

from experiments.network.helper import Helper, Target, starter
from experiments.network.namespace import network_of
from tests.e2e.runs import until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lab

NEAR, FAR = "198.19.240.1", "198.19.240.2"
PORT, SPARED_PORT = 9000, 9001
CHECKOUT = Path(__file__).parents[2]
ORDER = {"NETWORK_LATENCY": "200", "DESTINATION_IPS": f"{FAR}|{PORT}", "TOTAL_CHAOS_DURATION": "30"}
TOLERANCE = 10.0
"""ms: how exact a delay has to be."""

ECHO = textwrap.dedent("""
    import socketserver, sys
    class Echo(socketserver.BaseRequestHandler):
        def handle(self):
            while data := self.request.recv(65536):
                self.request.sendall(data)
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True
    with Server((sys.argv[1], int(sys.argv[2])), Echo) as server:
        print("ready", flush=True)
        server.serve_forever()
""")
CLIENT = textwrap.dedent("""
    import socket, sys, time
    connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for line in sys.stdin:
        start = time.monotonic()
        connection.sendall(b"x")
        connection.recv(1)
        print((time.monotonic() - start) * 1000, flush=True)
""")
CONNECT = textwrap.dedent("""
    import socket, sys, time
    for _ in range(5):
        with socket.socket() as connection:
            start = time.monotonic()
            connection.connect((sys.argv[1], int(sys.argv[2])))
            print((time.monotonic() - start) * 1000)
""")


class Network:
    """Two network namespaces with a cable between them, an echo server in the far one."""

    def __init__(self) -> None:
        name = uuid.uuid4().hex[:6]
        self.near, self.far = f"fcx-{name}-a", f"fcx-{name}-b"
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        try:
            self._build()
            for port in (PORT, SPARED_PORT):
                assert self.start(self.far, sys.executable, "-c", ECHO, FAR, str(port)).stdout.readline() == "ready\n"
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        for space in (self.near, self.far):
            subprocess.run(["ip", "netns", "delete", space], check=False, capture_output=True)

    def _build(self) -> None:
        for space in (self.near, self.far):
            ip("netns", "add", space)
            ip("-n", space, "link", "set", "lo", "up")
        ip("-n", self.near, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", self.far)
        for space, address in ((self.near, NEAR), (self.far, FAR)):
            ip("-n", space, "address", "add", f"{address}/24", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")

    def start(self, space: str, *command: str, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            ["ip", "netns", "exec", space, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
            env={**os.environ, **env},
        )
        self._processes.append(process)
        return process

    def delay(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        """Start the program of the experiment as its helper starts it."""
        return self.start(self.near, sys.executable, "-m", "experiments.network.delay", *arguments, **(ORDER | env))

    def connect(self, port: int = PORT) -> float:
        """Milliseconds of a TCP connect, the median of five."""
        out, _ = self.start(self.near, sys.executable, "-c", CONNECT, FAR, str(port)).communicate(timeout=30)
        return median(float(line) for line in out.splitlines())

    def client(self) -> Client:
        return Client(self.start(self.near, sys.executable, "-c", CLIENT, FAR, str(PORT)))

    @property
    def rules(self) -> str:
        return run("ip", "netns", "exec", self.near, "iptables-legacy", "-S")


class Client:
    """An established connection."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def process(self) -> int:
        return self._process.pid

    def round_trips(self, count: int = 5) -> list[float]:
        return [self._round_trip() for _ in range(count)]

    def _round_trip(self) -> float:
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def ip(*arguments: str) -> None:
    run("ip", *arguments)


def run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def report(process: subprocess.Popen[str]) -> dict[str, Any]:
    line = process.stdout.readline()
    assert line, f"it ended with {process.wait()}"
    return json.loads(line)


def last_report(process: subprocess.Popen[str]) -> dict[str, Any]:
    lines = list(process.stdout)
    assert process.wait() == 0
    return json.loads(lines[-1])


@pytest.fixture
def network() -> Iterator[Network]:
    if os.geteuid() or not shutil.which("iptables-legacy"):
        pytest.fail("this test needs root and iptables: apt-get install iptables libnetfilter-queue1")
    with Network() as found:
        yield found


def test_a_delay_is_felt_exactly_and_only_where_it_was_ordered(network):
    """New and established connections take 200 ms more, other ports nothing, and afterwards all is as before."""
    client = network.client()
    assert median(client.round_trips()) < TOLERANCE
    delay = network.delay()
    told = report(delay)
    assert (told["status"], told["latency"]) == ("injected", 200)
    felt, fresh, spared = client.round_trips(), network.connect(), network.connect(SPARED_PORT)
    delay.send_signal(signal.SIGTERM)
    after = last_report(delay)
    print(f"established {felt}, connect {fresh}, other port {spared}, report {after}")
    assert median(felt) == pytest.approx(200, abs=TOLERANCE)
    assert fresh == pytest.approx(200, abs=TOLERANCE)
    assert spared < TOLERANCE
    assert median(client.round_trips()) < TOLERANCE
    assert network.connect() < TOLERANCE
    assert "FLINK-CHAOS" not in network.rules


def test_the_report_proves_the_delay(network):
    """Way, packets of the application alone, and the round trip before, during and after."""
    client = network.client()
    delay = network.delay(TOTAL_CHAOS_DURATION="3", JITTER="20")
    assert report(delay)["status"] == "injected"
    client.round_trips(4)
    told = last_report(delay)
    print(told)
    trip = told["rtt"][0]
    assert told["status"] == "reverted"
    assert told["way"] in ("netem", "nfqueue")
    assert 4 <= told["packets"] <= 8, "a byte and an acknowledgement for each round trip"
    assert told["probePackets"] >= 4
    assert trip["endpoint"] == f"{FAR}:{PORT}"
    assert trip["before"]["median"] < TOLERANCE
    assert trip["after"]["median"] < TOLERANCE
    assert trip["during"]["min"] >= 180 - TOLERANCE
    assert trip["during"]["median"] <= 220 + TOLERANCE


def test_a_helper_enters_the_network_of_a_process(network):
    """As in a cluster, where it knows the pod only by one of its processes; it publishes what the delay tells."""
    client = network.client()
    client.round_trips(1)  # now it is where it belongs
    published: list[dict[str, str]] = []
    with network_of(client.process) as file:
        helper = Helper(Target("pod-1", "uid", 0), published.append, starter(file))
        delay = threading.Thread(target=helper.delay)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in ORDER.items():
                patch.setenv(name, value)
            patch.setenv("TOTAL_CHAOS_DURATION", "2")
            delay.start()
            until(lambda: published, 10)
        felt = client.round_trips(3)
        delay.join()
    assert median(felt) == pytest.approx(200, abs=TOLERANCE)
    assert [found["pod/pod-1"] for found in published] == ["injected", "reverted"]
    assert median(client.round_trips()) < TOLERANCE


def test_it_ends_by_itself_when_nobody_listens_any_more(network):
    """A helper that was killed leaves nothing: its standard input closes."""
    delay = network.delay()
    report(delay)
    delay.stdin.close()
    until(lambda: delay.poll() is not None, 10)
    assert network.connect() < TOLERANCE
    assert "FLINK-CHAOS" not in network.rules


def test_a_killed_one_delays_nothing_and_the_next_one_removes_its_rules(network):
    """--queue-bypass lets packets pass; `revert` and every later run begin with the removal."""
    delay = network.delay(DELAY_WAY="nfqueue")
    report(delay)
    delay.kill()
    delay.communicate()
    assert "FLINK-CHAOS" in network.rules
    assert network.connect() < TOLERANCE
    second = network.delay("revert")
    second.communicate(timeout=20)
    assert second.returncode == 0
    assert "FLINK-CHAOS" not in network.rules


def test_a_busy_connection_loses_nothing(network):
    """Ten megabytes through the delay arrive whole; a full queue lets packets through rather than drop them."""
    code = textwrap.dedent("""
        import hashlib, os, socket, sys, threading
        data = os.urandom(10 << 20)
        connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
        threading.Thread(target=connection.sendall, args=(data,)).start()
        got = bytearray()
        while len(got) < len(data):
            got += connection.recv(1 << 16)
        print(got == data)
    """)
    delay = network.delay(NETWORK_LATENCY="20")
    report(delay)
    start = time.monotonic()
    out, _ = network.start(network.near, sys.executable, "-c", code, FAR, str(PORT)).communicate(timeout=60)
    taken = time.monotonic() - start
    delay.send_signal(signal.SIGTERM)
    told = last_report(delay)
    print(f"{taken:.1f} s, {told}")
    assert out == "True\n"
    assert taken < 10, "packets that are held must not count as unsent: their socket would stop"


def test_without_destinations_everything_on_the_interface_is_delayed(network):
    """As Litmus: nothing set means all traffic of the pod, and nothing is known to measure."""
    delay = network.delay(DESTINATION_IPS="")
    told = report(delay)
    assert told["rtt"] == []
    assert network.connect(SPARED_PORT) == pytest.approx(200, abs=TOLERANCE)


def test_spared_ports_are_not_delayed(network):
    """`!port` delays all others."""
    delay = network.delay(DESTINATION_IPS="", DESTINATION_PORTS=f"!{SPARED_PORT}")
    report(delay)
    assert network.connect(SPARED_PORT) < TOLERANCE
    assert network.connect() == pytest.approx(200, abs=TOLERANCE)


def test_an_order_that_cannot_be_carried_out_says_why(network):
    """Exit code 1, and no rule is left."""
    delay = network.delay(DELAY_WAY="nfqueue", NETWORK_INTERFACE="much-too-long-a-name")
    delay.communicate(timeout=20)
    assert delay.returncode == 1
    assert "FLINK-CHAOS" not in network.rules
