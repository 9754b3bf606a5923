import concurrent.futures

import pytest
from confluent_kafka import KafkaError, KafkaException
from flink_chaos import clock
from flink_chaos.kafka import admin as module
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem

from tests.unit.fake_clock import FakeClock


def test_a_configuration_without_brokers_is_refused():
    """Before anything is tried."""
    with pytest.raises(KafkaProblem, match=r"no 'bootstrap.servers': name at least one broker"):
        Kafka({"client.id": "x"})


def test_an_unknown_setting_is_named():
    """The reason that librdkafka gives stands in the message, with the cluster."""
    with pytest.raises(KafkaProblem, match=r'Kafka at h:1: its configuration is refused.*"no.such.setting"'):
        _ = Kafka({"bootstrap.servers": "h:1", "no.such.setting": "1"}).admin


def test_an_unreachable_broker_is_one_clear_line(unused_port):
    """What, where, why (the refused connection, not only a time-out) and what to do."""
    address = f"127.0.0.1:{unused_port}"
    with pytest.raises(KafkaProblem) as refused:
        Kafka({"bootstrap.servers": address}).ping(timeout=0.5)
    message = str(refused.value)
    assert message.startswith(f"Kafka at {address}: cannot describe the cluster: ")
    assert "Connection refused" in message or "brokers are down" in message
    assert message.endswith("reachable from here and that the security settings fit")
    assert "\n" not in message


def test_an_answer_that_never_comes_is_an_error_in_time(mock_cluster, monkeypatch):
    """Even when librdkafka forgets the request."""
    monkeypatch.setattr("flink_chaos.kafka.admin.GRACE", 0)
    with pytest.raises(KafkaProblem, match=r"cannot wait: no answer within 0.01 s"):
        mock_cluster.kafka.ask("wait", lambda _: concurrent.futures.Future(), 0.01)


def test_the_connection_is_made_once(mock_cluster):
    """One AdminClient serves all calls."""
    kafka = mock_cluster.kafka
    assert kafka.admin is kafka.admin


class Cluster:
    """Clients of one broker; as with librdkafka 2.16, one that has seen the broker away never comes back."""

    def __init__(self):
        self.up, self.made, self.code = True, 0, KafkaError._TIMED_OUT

    def client(self, _config):
        self.made += 1
        return Client(self)


class Client:
    def __init__(self, cluster):
        self.cluster, self.stuck = cluster, False

    def poll(self, _seconds):
        return 0

    def describe_cluster(self, request_timeout):
        future = concurrent.futures.Future()
        self.stuck = self.stuck or not self.cluster.up
        if self.stuck:
            future.set_exception(KafkaException(KafkaError(self.cluster.code, "stuck")))
        else:
            future.set_result(Described())
        return future


class Described:
    cluster_id = "c1"


@pytest.fixture
def brokers(monkeypatch):
    """Brokers that tests take away; time passes only when somebody sleeps."""
    cluster = Cluster()
    monkeypatch.setattr(module, "AdminClient", cluster.client)
    with clock.using(FakeClock()):
        yield cluster


def test_a_client_that_failed_is_replaced_so_that_an_outage_ends_when_the_brokers_are_back(brokers):
    """Else everything that uses it waits until its deadline, as was seen on the lab."""
    kafka = Kafka({"bootstrap.servers": "h:1"})
    assert kafka.ping() == "c1"
    brokers.up = False
    for _ in range(3):
        clock.sleep(6)
        with pytest.raises(KafkaProblem):
            kafka.ping()
    brokers.up = True
    clock.sleep(1)
    assert (kafka.ping(), brokers.made) == ("c1", 3)


def test_threads_that_tell_of_one_failure_replace_one_client(brokers):
    """The observer asks from several threads; a client that was just made is not the one that failed."""
    kafka = Kafka({"bootstrap.servers": "h:1"})
    kafka.ping()
    clock.sleep(6)
    for _ in range(5):
        kafka.problem("ask", KafkaException(KafkaError(KafkaError._TRANSPORT)))
        _ = kafka.admin
    assert brokers.made == 2


def test_a_broker_s_own_refusal_replaces_no_client(brokers):
    """The connection is good."""
    kafka = Kafka({"bootstrap.servers": "h:1"})
    kafka.ping()
    clock.sleep(6)
    kafka.problem("ask", KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)))
    kafka.ping()
    assert brokers.made == 1


def test_a_replaced_client_lives_on_while_somebody_may_wait_for_it(brokers):
    """Taking it away would end the questions of other threads; keeping all of them would keep their threads."""
    kafka = Kafka({"bootstrap.servers": "h:1"})
    kept = []
    for _ in range(30):
        _ = kafka.admin
        clock.sleep(10)
        kafka.problem("ask", KafkaException(KafkaError(KafkaError._TIMED_OUT)))
        kept.append(len(kafka._retired))
    assert (kept[0], max(kept)) == (1, 6)


@pytest.mark.parametrize(
    ("code", "transient"),
    [
        (KafkaError._TRANSPORT, True),
        (KafkaError._TIMED_OUT, True),
        (KafkaError._ALL_BROKERS_DOWN, True),
        (KafkaError.NOT_COORDINATOR, True),
        (KafkaError.LEADER_NOT_AVAILABLE, True),
        (KafkaError.REQUEST_TIMED_OUT, True),
        (KafkaError.NOT_ENOUGH_REPLICAS, True),
        (KafkaError.THROTTLING_QUOTA_EXCEEDED, True),
        (KafkaError.NOT_CONTROLLER, True),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, False),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, False),
        (KafkaError.INVALID_CONFIG, False),
        (KafkaError.POLICY_VIOLATION, False),
        (KafkaError._AUTHENTICATION, False),
        (KafkaError._INVALID_ARG, False),
        (KafkaError._UNSUPPORTED_FEATURE, False),
    ],
)
def test_an_error_says_whether_asking_again_may_help(code, transient):
    """Brokers come back; rights and wrong requests stay as they are."""
    kafka = Kafka({"bootstrap.servers": "h:1"})
    assert kafka.problem("ask", KafkaException(KafkaError(code))).transient is transient


def test_a_wrong_password_is_not_waited_for(brokers):
    """Librdkafka says that the request timed out; that nobody may log in it said before."""
    kafka = Kafka({"bootstrap.servers": "h:1"})
    _ = kafka.admin
    kafka._remember(KafkaError(KafkaError._AUTHENTICATION, "SASL authentication error"))
    kafka._remember(KafkaError(KafkaError._ALL_BROKERS_DOWN, "1/1 brokers are down"))
    problem = kafka.problem("ask", KafkaException(KafkaError(KafkaError._TIMED_OUT)))
    assert (problem.transient, "Check user, password and mechanism" in str(problem)) == (False, True)


def test_an_exception_without_a_code_is_told_too():
    """Some of confluent_kafka's hold a text only."""
    problem = Kafka({"bootstrap.servers": "h:1"}).problem("ask", KafkaException("closed"))
    assert str(problem) == "Kafka at h:1: cannot ask: closed. See the broker's log for more"


@pytest.mark.parametrize("error", [TypeError("x"), ValueError("x"), KeyError("x")])
def test_no_bare_error_of_python_leaves_a_question(mock_cluster, error):
    """Not even for what a library's call refuses at once."""

    def question(_admin):
        raise error

    with pytest.raises(KafkaProblem, match=r"cannot ask: .*Error: '?x'?\. "):
        mock_cluster.kafka.ask("ask", question, 1)


@pytest.mark.parametrize("value", [{"a": 1}, None, ["h:1"]])
@pytest.mark.parametrize("name", ["bootstrap.servers", "client.id"])
def test_a_setting_of_a_wrong_type_is_a_clear_line(name, value):
    """An Airflow connection's extra is JSON; librdkafka would take Python's spelling of it for a text."""
    with pytest.raises(KafkaProblem, match=f"'{name}' is .*: write a text, a number, true or false"):
        Kafka({"bootstrap.servers": "h:1", name: value})


def test_numbers_and_truth_values_are_settings(mock_cluster):
    """JSON has them."""
    kafka = Kafka(
        {"bootstrap.servers": mock_cluster.servers, "socket.timeout.ms": 5000, "socket.keepalive.enable": True}
    )
    assert (kafka.config["socket.keepalive.enable"], kafka.admin is None) == ("true", False)
