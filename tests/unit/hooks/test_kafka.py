import json

import pytest
from airflow.sdk import Connection
from flink_chaos.hooks.fields import WrongConnectionError
from flink_chaos.hooks.kafka import open_kafka
from flink_chaos.kafka.errors import KafkaProblem


def named(extra, **fields):
    text = extra if isinstance(extra, str) else json.dumps(extra)
    return Connection(conn_id="b", conn_type="kafka", extra=text, **fields)


def test_the_extra_is_the_configuration(mock_cluster):
    """Numbers and truth values as well."""
    kafka = open_kafka(named({"bootstrap.servers": mock_cluster.servers, "socket.timeout.ms": 9000}))
    assert (kafka.config["socket.timeout.ms"], kafka.admin.list_topics(timeout=5).brokers != {}) == ("9000", True)


@pytest.mark.parametrize(
    ("extra", "fields", "told"),
    [
        ({"bootstrap.servers": "h:1"}, {"host": "other", "port": 9092}, "host, port filled in, which is not used"),
        ({"bootstrap.servers": "h:1"}, {"login": "me", "password": "secret"}, "login, password filled in"),
        ({"bootstrap.servers": "h:1", "oauth_cb": "a.b"}, {}, "oauth_cb in its extra, which names Python code"),
        ("bootstrap.servers=h:1", {}, "an extra that is no JSON. Correct it"),
        ('"h:1"', {}, "an extra that is no JSON object"),
    ],
)
def test_what_would_not_be_used_is_refused(extra, fields, told):
    """Who writes a password believes that it is sent."""
    with pytest.raises(WrongConnectionError) as refused:
        open_kafka(named(extra, **fields))
    assert str(refused.value).startswith(f"connection 'b' (Kafka) has {told}")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("extra", ["", {}, {"bootstrap_servers": "h:1"}, {"bootstrap.servers": "  "}])
def test_a_connection_that_names_no_broker_is_told(extra):
    """Before anything is tried."""
    with pytest.raises(KafkaProblem, match=r"no 'bootstrap.servers': name at least one broker"):
        open_kafka(named(extra))
