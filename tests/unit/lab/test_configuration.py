from __future__ import annotations

import configparser
import xml.etree.ElementTree as ET

from lab.down import remove_all_but
from lab.files import write_if_changed
from lab.parts import airflow, dns, hdfs, nodes
from lab.parts.kafka import PROPERTIES
from lab.status import ago


def test_airflow_cfg_keeps_percent_signs():
    parser = configparser.ConfigParser()

    parser.read_string(airflow.render({"core": {"a": "50%", "b": False}}))

    assert dict(parser["core"]) == {"a": "50%", "b": "False"}


def test_hadoop_values_are_escaped():
    document = ET.fromstring(hdfs.site({"a": "<&>"}))

    assert document.findtext("property/value") == "<&>"


def test_exactly_once_transactions_may_outlive_a_long_checkpoint():
    assert int(PROPERTIES["transaction.max.timeout.ms"]) == 15 * 60 * 1000


def test_a_node_gets_its_own_pod_range():
    first, second = nodes._cni(1), nodes._cni(2)

    assert first["plugins"][0]["ipam"]["ranges"] == [[{"subnet": "198.18.11.0/24"}]]
    assert second["plugins"][0]["ipam"]["ranges"] == [[{"subnet": "198.18.12.0/24"}]]


def test_a_node_that_was_ready_before_its_kubelet_started_anew_is_not_ready():
    ready = {"type": "Ready", "status": "True", "lastHeartbeatTime": "1970-01-01T00:01:40Z"}
    node = {"status": {"conditions": [ready]}}

    assert nodes.not_ready(node, 100) == ""
    assert "not reported" in nodes.not_ready(node, 101)
    assert "not registered" in nodes.not_ready(None, 0)


def test_a_dns_question_spells_the_name_in_labels():
    assert b"\x0akubernetes\x07default\x03svc\0" in dns.question("kubernetes.default.svc")


def test_a_file_is_written_only_when_it_changes(tmp_path):
    path = tmp_path / "deep" / "file"

    assert write_if_changed(path, "a", secret=True)
    assert not write_if_changed(path, "a")
    assert path.stat().st_mode & 0o777 == 0o600


def test_down_keeps_what_it_is_told_to(tmp_path):
    for name in ("logs/a.log", "nodes/node1/containerd/blob", "nodes/node1/kubelet/x", "kafka/data"):
        write_if_changed(tmp_path / name, "x")

    remove_all_but(tmp_path, {tmp_path / "logs", tmp_path / "nodes" / "node1" / "containerd"})

    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["logs/a.log", "nodes/node1/containerd/blob"]


def test_durations_are_told_for_people():
    assert [ago(seconds) for seconds in (5.9, 65, 3700)] == ["5 s", "1 min 5 s", "1 h 1 min"]
