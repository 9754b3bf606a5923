import pytest
from flink_chaos.model.environment import Environment
from flink_chaos.profiles.reading import ProfileError, read

GOOD = """\
name: lab
namespace: flink
kafka_bootstrap_servers: kafka:9092
storage: hdfs://namenode:8020/chaos
sql_gateway: {namespace: flink, name: sql-gateway, port: 8083}
flink:
  image: flink:1.20
  flink_version: v1_20
"""


def written(tmp_path, text):
    path = tmp_path / "lab.yaml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    return path


def test_a_good_file_becomes_its_model(tmp_path):
    """Values arrive typed."""
    assert read(written(tmp_path, GOOD), Environment).sql_gateway.port == 8083


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  image:", "  imgae:"), r"lab.yaml:7: flink.imgae: no such setting"),
        (("flink:\n", "storage_network: {hosts: [], ports: [1]}\nflink:\n"), r"lab.yaml:6: storage_network.hosts: .*at least 1"),
        (("flink:\n", "storage_network: {hosts: [hdfs], ports: [1]}\nflink:\n"), r"lab.yaml:6: storage_network.hosts.0: .*hdfs"),
        (("flink:\n", "storage_network: {hosts: [10.0.0.1], ports: [70000]}\nflink:\n"), r"storage_network.ports.0: .*65535"),
        (("port: 8083", "port: many"), r"lab.yaml:5: sql_gateway.port: .*integer"),
        (("namespace: flink\nkafka", "kafka"), r"lab.yaml:1: namespace: required"),
        (("name: lab", "name: [lab"), r"lab.yaml: not valid YAML"),
        (("name: lab", "name: lab\nname: two"), r"`name` is there twice.*line 2"),
        (("name: lab", "<<: {a: 1}\nname: lab"), r"a: no such setting"),
        (("name: lab", "name: \udce9"), r"byte 6 is no UTF-8; save it as UTF-8"),
    ],
)
def test_an_error_names_file_line_and_setting(tmp_path, change, message):
    """Whoever edits a profile is led to the line."""
    with pytest.raises(ProfileError, match=message):
        read(written(tmp_path, GOOD.replace(*change)), Environment)
