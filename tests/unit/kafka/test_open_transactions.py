import pytest
from flink_chaos.kafka import second_client as module
from flink_chaos.kafka.admin import Kafka
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.open_transactions import open_transactions
from flink_chaos.kafka.second_client import settings

SECURE = {
    "bootstrap.servers": "b:9093",
    "security.protocol": "sasl_ssl",
    "sasl.mechanisms": "SCRAM-SHA-512",
    "sasl.username": "me",
    "sasl.password": "secret",
    "ssl.ca.location": "/ca.pem",
    "fetch.min.bytes": "1",
}


def test_the_second_client_connects_as_the_first_one_does():
    """By its own names; what only concerns reading is left away."""
    found = settings(SECURE)
    assert (found["bootstrap_servers"], found["security_protocol"]) == ("b:9093", "SASL_SSL")
    assert (found["sasl_mechanism"], found["sasl_plain_password"], found["ssl_cafile"]) == (
        "SCRAM-SHA-512",
        "secret",
        "/ca.pem",
    )
    assert "fetch.min.bytes" not in found


@pytest.mark.parametrize("name", ["sasl.oauthbearer.config", "ssl.keystore.location"])
def test_a_security_setting_that_it_does_not_have_is_named(name):
    """Going on without it would be another connection."""
    with pytest.raises(KafkaProblem, match=f"{name} is known to librdkafka only"):
        settings({"bootstrap.servers": "b", name: "x"})


def test_nobody_there_is_one_clear_line(unused_port, monkeypatch):
    """As everywhere."""
    monkeypatch.setattr("flink_chaos.kafka.second_client.MS", 500)
    with pytest.raises(KafkaProblem, match="cannot list the transactions of topic 't'"):
        open_transactions(Kafka({"bootstrap.servers": f"127.0.0.1:{unused_port}"}), "t")


@pytest.mark.parametrize(
    ("error", "transient"), [(OSError("reset"), True), (KeyError("x"), False), (AssertionError("x"), False)]
)
def test_what_the_second_client_has_not_thought_of_is_a_clear_line(monkeypatch, error, transient):
    """No bare error of Python reaches a person."""

    def client(**_settings):
        raise error

    monkeypatch.setattr(module, "KafkaAdminClient", client)
    with pytest.raises(KafkaProblem, match=r"cannot list the transactions of topic 't': \w+Error: ") as told:
        open_transactions(Kafka({"bootstrap.servers": "h:1"}), "t")
    assert told.value.transient is transient
