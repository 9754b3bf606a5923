from contextlib import suppress

import pytest
from flink_chaos.flink.gateway import GatewayError, SqlGateway
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.nonce import Nonce, write_nonce
from flink_chaos.kafka.scan import scan
from flink_chaos.model.facts import Preflight
from flink_chaos.steps import preflight
from flink_chaos.steps import same_kafka as module
from flink_chaos.steps.run import RunEndsError

from tests.unit.flink.fake_gateway import OK, Outcome
from tests.unit.kafka.mock_cluster import MockCluster
from tests.unit.runs import a_run

SELECT = "SELECT nonce FROM identity"


class Elsewhere:
    """A gateway that answers so, or fails so."""

    def __init__(self, answer):
        self.answer = answer

    def session(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, statement, _timeout):
        if isinstance(self.answer, Exception):
            raise self.answer
        return Outcome({}, self.answer if statement == SELECT else [])


@pytest.fixture
def looked(tmp_path, monkeypatch, mock_cluster):
    """The line of a preflight with nothing else in it, where pods reach Kafka at that address."""
    monkeypatch.setattr(preflight, "CHECKS", {"same kafka": preflight.CHECKS["same kafka"]})
    monkeypatch.setattr(module, "write_nonce", lambda _: Nonce("n1", 7))

    def look(pods, gateway=None, *, local=False, **parameters):
        monkeypatch.setattr(module, "_is_local", lambda _: local)
        monkeypatch.setattr(module, "gateway", lambda _: Elsewhere(gateway))
        monkeypatch.setattr(module, "PING_SECONDS", 0.5)
        run = a_run(tmp_path, kafka=mock_cluster.kafka, **parameters)
        object.__setattr__(run.plan.environment, "kafka_bootstrap_servers", pods)
        with suppress(RunEndsError):
            preflight.look(run)
        check = run.journal.last(Preflight).checks[0]
        return check.ok, check.blocks, check.message

    return look


def test_two_addresses_of_one_cluster_are_one_cluster(looked, mock_cluster):
    """Its id says so, and the gateway is not asked."""
    ok, _, message = looked(mock_cluster.servers)
    assert (ok, message) == (True, f"workers and pods are connected to cluster {mock_cluster.kafka.cluster_id()}")


def test_two_clusters_end_the_run_with_both_ids(looked, mock_cluster, monkeypatch):
    """Before anything is touched; librdkafka gives all its mock clusters ids of their own."""
    other = MockCluster()
    ids = (mock_cluster.kafka.cluster_id(), other.kafka.cluster_id())
    assert ids[0] != ids[1]
    ok, blocks, message = looked(other.servers)
    assert (ok, blocks) == (False, True)
    assert all(found in message for found in (*ids, mock_cluster.servers, other.servers))


@pytest.mark.parametrize("local", [True, False])
def test_pods_that_read_what_was_written_from_here_have_the_same_kafka(looked, unused, local):
    """Where their address is not reachable from here, or means another machine there."""
    ok, _, message = looked(unused, [["n1"]], local=local)
    assert (ok, "the SQL Gateway reads at" in message) == (True, True)


@pytest.mark.parametrize("rows", [[], [["n2"]], [["n1"], ["n1"]]])
def test_pods_that_read_something_else_have_another_kafka(looked, unused, rows):
    """A topic of that name may be there too."""
    ok, blocks, message = looked(unused, rows)
    assert (ok, blocks, "is another one than" in message) == (False, True, True)


def test_pods_without_that_topic_have_another_kafka(looked, unused):
    """Flink says so in its own words."""
    error = GatewayError("UnknownTopicOrPartitionException: This server does not host this topic-partition.")
    ok, blocks, message = looked(unused, error)
    assert (ok, blocks, "has no topic flink-chaos-identity" in message) == (False, True, True)


def test_what_nobody_can_tell_is_a_warning(looked, unused, monkeypatch):
    """A gateway that is slow, or a right to write that is missing."""
    ok, blocks, message = looked(unused, GatewayError("no end within 60 s"))
    assert (ok, blocks, "is not known: no end within 60 s" in message) == (False, False, True)

    def refused(_):
        raise KafkaProblem("not authorized")

    monkeypatch.setattr(module, "write_nonce", refused)
    assert looked(unused, run_id="b")[:2] == (False, False)


@pytest.fixture
def unused():
    """An address where nobody listens."""
    return "127.0.0.1:1"


@pytest.mark.parametrize(
    ("server", "local"),
    [
        ("localhost:9092", True),
        ("127.0.0.1:9092", True),
        ("PLAINTEXT://127.0.1.1:9092", True),
        ("[::1]:9092", True),
        ("10.0.0.1:9092", False),
        ("kafka.example.com:9092", False),
        ("localhost.example.com:9092", False),
    ],
)
def test_an_address_of_this_machine_says_nothing_of_pods(server, local):
    """Each pod is its own localhost."""
    assert module._is_local(server) is local


def test_a_nonce_is_written_where_it_says(mock_cluster, monkeypatch):
    """Each time another one."""
    monkeypatch.setattr("flink_chaos.kafka.nonce.ensure_topic", lambda *_: False)
    mock_cluster.owner.list_topics("flink-chaos-identity", timeout=5)
    first, second = write_nonce(mock_cluster.kafka), write_nonce(mock_cluster.kafka)
    begin, end = {0: first.offset}, {0: second.offset + 1}
    found = [
        row
        for batch in scan(mock_cluster.kafka, "flink-chaos-identity", begin, end, "read_committed")
        for row in batch.to_pylist()
    ]
    assert [row["value"].decode() for row in found] == [first.text, second.text]
    assert first.text != second.text


def test_a_nonce_that_cannot_be_written_is_a_problem(monkeypatch):
    """In one line."""
    monkeypatch.setattr("flink_chaos.kafka.nonce.ensure_topic", lambda *_: False)
    monkeypatch.setattr("flink_chaos.kafka.nonce.TIMEOUT", 0.1)
    with pytest.raises(KafkaProblem, match="cannot write to topic 'flink-chaos-identity'"):
        write_nonce(Kafka({"bootstrap.servers": "127.0.0.1:1"}))


def test_the_gateway_reads_one_record_and_nothing_else(tmp_path, fake_gateway, gateway, monkeypatch, mock_cluster):
    """Bounded on both sides, so that the query ends."""
    run = a_run(tmp_path, kafka=mock_cluster.kafka)
    monkeypatch.setattr(module, "gateway", lambda _: gateway)
    assert isinstance(gateway, SqlGateway)
    fake_gateway.scripted[SELECT] = Outcome({"nonce": {"type": "VARCHAR"}}, [["n1"]])
    statement = module.nonce_statement(run.plan, "identity", module.TOPIC, 7)
    fake_gateway.scripted[statement] = OK
    assert module._read(run, Nonce("n1", 7)) == [["n1"]]
    for part in ("'partition:0,offset:7'", "'partition:0,offset:8'", "'format' = 'raw'", "198.18.0.1:9092"):
        assert part in statement
