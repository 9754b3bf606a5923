import concurrent.futures

import pytest
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem


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
        mock_cluster.kafka.result(concurrent.futures.Future(), "wait", 0.01)


def test_the_connection_is_made_once(mock_cluster):
    """One AdminClient serves all calls."""
    kafka = mock_cluster.kafka
    assert kafka.admin is kafka.admin
