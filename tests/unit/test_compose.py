"""docker-compose.yaml and the files it needs, read strictly: no Docker engine takes part."""

from __future__ import annotations

import ipaddress
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.configuration import conf
from flink_chaos.profiles.catalogue import Catalogue

from docker import manifests
from lab.parts.kafka import PROPERTIES

ROOT = Path(__file__).resolve().parents[2]
OURS = "localhost/"
GIB = {"m": 1 / 1024, "g": 1.0}
PINNED = re.compile(r"^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?[a-z0-9._-]*$")
ADDRESSES = {"listeners", "advertised.listeners", "controller.quorum.voters", "listener.security.protocol.map"}
NAMES = {"log.dirs", "inter.broker.listener.name", "controller.listener.names"}


class StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, f"a key stands twice: {keys}", node.start_mark)
        return super().construct_mapping(node, deep)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.load((ROOT / "docker-compose.yaml").read_text(), StrictLoader)


@pytest.fixture(scope="module")
def services(compose) -> dict[str, dict[str, Any]]:
    return compose["services"]


def needs(service: dict[str, Any]) -> dict[str, str]:
    given = service.get("depends_on", {})
    return dict.fromkeys(given, "service_started") if isinstance(given, list) else {n: r["condition"] for n, r in given.items()}


def mounts(services: dict[str, dict[str, Any]]) -> set[str]:
    return {mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])}


def is_one_shot(service: dict[str, Any]) -> bool:
    return service.get("restart", "no") == "no"


def address(service: dict[str, Any]) -> str:
    return service["networks"]["default"]["ipv4_address"]


def dockerfiles() -> list[Path]:
    return sorted((ROOT / "docker").glob("*Dockerfile"))


def test_services_wait_for_services_that_can_fulfil_the_condition(services):
    """What is waited for exists, and has a health check or an end.

    Compose starts nothing more when something does not get healthy: only Airflow's own parts are waited for so.
    """
    for service in services.values():
        for name, condition in needs(service).items():
            assert condition != "service_healthy" or "healthcheck" in services[name]
            assert (condition == "service_completed_successfully") == is_one_shot(services[name])
            assert condition != "service_healthy" or name in ("postgres", "airflow-api-server")


def test_nothing_waits_for_itself(services):
    """The order in which services start has a beginning."""
    started: set[str] = set()
    while ready := {name for name, service in services.items() if set(needs(service)) <= started} - started:
        started |= ready
    assert started == set(services)


def test_whatever_stays_up_is_watched_limited_and_started_again(services):
    """No lasting service lacks a health check, a memory limit or a restart policy."""
    for service in services.values():
        if not is_one_shot(service):
            assert {"healthcheck", "mem_limit", "restart"} <= set(service)


def test_volumes_are_declared_and_used(compose, services):
    """A volume's name is spelt the same in both places."""
    assert {mount for mount in mounts(services) if "/" not in mount} == set(compose["volumes"])


def test_mounted_paths_exist(services):
    """Docker would make a missing path as an empty folder, without a word."""
    paths = {mount for mount in mounts(services) if "/" in mount}
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_nothing_reaches_the_engine_or_the_machine(services):
    """The engine's socket is worth root; rootless engines and Podman have it elsewhere."""
    assert [mount for mount in mounts(services) if mount.startswith(("/", "~", ".."))] == []
    assert {name for name, service in services.items() if service.get("privileged")} == {"k3s", "k3s-agent-1", "k3s-agent-2"}


def test_what_is_mounted_from_the_checkout_can_be_read_under_selinux_and_not_be_written(services):
    """`z` labels it, where there is SELinux."""
    found = [mount for service in services.values() for mount in service.get("volumes", []) if mount.startswith("./")]
    assert len(found) > 5
    assert [mount for mount in found if not mount.endswith(":ro,z")] == []


def builders(services: dict[str, dict[str, Any]], image: str) -> list[str]:
    return [name for name, service in services.items() if service["image"] == image and "build" in service]


def all_needs(services: dict[str, dict[str, Any]], name: str) -> set[str]:
    found = set(needs(services[name]))
    return found.union(*(all_needs(services, one) for one in found))


def test_each_image_of_ours_is_built_once_and_pulled_by_nobody(services):
    """Whoever else runs it waits for the service that builds it."""
    for name, service in services.items():
        if service["image"].startswith(OURS) and "build" not in service:
            (builder,) = builders(services, service["image"])
            assert service["pull_policy"] == "never"
            assert builder in all_needs(services, name)


def last(lines: list[str], word: str, default: str) -> str:
    return [default, *(line.removeprefix(word).strip() for line in lines if line.startswith(word))][-1]


def test_images_for_pods_are_written_with_the_settings_of_their_dockerfiles(services):
    """An archive knows of a Dockerfile only what the command says; Flink's official image has the defaults."""
    written = {name: service for name, service in services.items() if service.get("entrypoint") == ["sh", "/archive.sh"]}
    assert set(written) == set(needs(services["k3s"]))
    for service in written.values():
        stage = (ROOT / service["build"]["dockerfile"]).read_text().rpartition("\nFROM ")[2]
        lines = stage.splitlines()
        reference, _, folder, user, *entry_point = service["command"]
        assert reference == service["image"]
        assert folder == last(lines, "WORKDIR", "/opt/flink")
        assert user == last(lines, "USER", "root")
        assert entry_point == yaml.safe_load(last(lines, "ENTRYPOINT", "[/docker-entrypoint.sh]"))
        assert any("> /image-id" in line for line in lines)


def test_what_is_promised_of_memory_is_what_is_allowed(services):
    """All limits together."""
    limits = [service["mem_limit"] for service in services.values() if not is_one_shot(service)]
    assert sum(float(limit[:-1]) * GIB[limit[-1]] for limit in limits) <= 16


def test_airflow_comes_up_without_anything_that_a_run_needs(services):
    """A run tells what is missing: nobody sees the reason on a page that does not come up."""
    needed = set().union(*(all_needs(services, name) for name in services if name.startswith("airflow-")))
    assert not needed & {"k3s", "workloads", "kafka", "namenode", "datanode", "manifests"}


def test_no_health_check_starts_a_java_machine(services):
    """It would take seconds of a core each time."""
    tests = [service["healthcheck"]["test"] for service in services.values() if "healthcheck" in service]
    assert [test for test in tests if re.search(r"kafka-|hdfs dfs|java ", " ".join(test))] == []


def test_images_are_pinned(compose, services):
    """Every image has a tag with a version in it."""
    images = {service["image"] for service in services.values()}
    images |= {value for value in compose["x-images"].values() if ":" in value}
    bases = [line for file in dockerfiles() for line in file.read_text().splitlines()]
    images |= {line.split("=")[1] for line in bases if line.startswith("ARG ")}
    images |= {line.split()[1] for line in bases if line.startswith("FROM ") and ":" in line}
    assert [image for image in images if not PINNED.match(image)] == []


def test_dockerfiles_copy_what_the_checkout_has(services):
    """Each source of a COPY exists, and .dockerignore lets it through."""
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    built = {service["build"]["dockerfile"] for service in services.values() if "build" in service}
    assert {str(file.relative_to(ROOT)) for file in dockerfiles()} == built
    for file in dockerfiles():
        lines = [line.split()[1:-1] for line in file.read_text().splitlines() if line.startswith("COPY ")]
        for source in (source for sources in lines if not sources[0].startswith("--from") for source in sources):
            assert any(source == one or source.startswith(f"{one}/") for one in allowed)
            assert list(ROOT.glob(source))


def test_fixed_addresses_never_collide_with_given_ones(compose, services):
    """They are different, in the network, and outside the range that Docker gives from."""
    network = compose["networks"]["default"]["ipam"]["config"][0]
    fixed = [ipaddress.ip_address(address(service)) for service in services.values() if "networks" in service]
    assert len(fixed) == len(set(fixed)) == 4
    for one in fixed:
        assert one in ipaddress.ip_network(network["subnet"])
        assert one not in ipaddress.ip_network(network["ip_range"])


def test_the_environment_profile_names_these_containers(compose, services):
    """It loads as the product loads it, with the addresses that pods reach and the image that is built."""
    profile = Catalogue(ROOT / "include").environment("compose")
    kafka, hdfs = f"{address(services['kafka'])}:9092", f"hdfs://{address(services['namenode'])}:8020"
    assert profile.kafka_bootstrap_servers == kafka
    assert f"PODS://{kafka}" in services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert profile.storage.startswith(hdfs)
    assert profile.flink.image == services["flink-image"]["image"] == compose["x-images"]["FLINK"]
    assert services["airflow-scheduler"]["environment"]["FLINK_CHAOS_ENVIRONMENT"] == profile.name


def test_hadoop_is_configured_for_these_addresses(services):
    """NameNode and DataNode tell their clients where they are."""
    values = {}
    for file in (ROOT / "docker" / "hadoop").glob("*.xml"):
        values |= {item.findtext("name"): item.findtext("value") for item in ET.parse(file).getroot()}
    assert values["fs.defaultFS"] == f"hdfs://{address(services['namenode'])}:8020"
    assert values["dfs.datanode.hostname"] == address(services["datanode"])


def test_kafka_is_set_as_in_the_lab(services):
    """But for names and addresses, so that a run means the same in both."""
    given = services["kafka"]["environment"]
    for name in set(PROPERTIES) - ADDRESSES - NAMES:
        assert given[f"KAFKA_{name.upper().replace('.', '_')}"] == PROPERTIES[name]


def test_the_manifests_get_every_name_they_ask_for(compose):
    """No $NAME is left, and no image is named that nothing runs."""
    folders = [ROOT / "include" / "manifests", ROOT / "docker" / "manifests"]
    text = manifests.rendered(folders, "*.yaml", compose["x-images"])
    images = set(re.findall(r"image: (\S+:\S+)", text))
    assert images == {value for name, value in compose["x-images"].items() if ":" in value and name != "CHAOS_RUNNER"}


def test_the_workloads_that_are_waited_for_exist(compose):
    """`rollout status` of a name that is not there fails at once."""
    text = manifests.rendered(
        [ROOT / "include" / "manifests", ROOT / "docker" / "manifests"], "*.yaml", compose["x-images"]
    )
    objects = [document for document in yaml.safe_load_all(text) if document]
    made = {(o["metadata"]["namespace"], o["metadata"]["name"]) for o in objects if o["kind"] == "Deployment"}
    waited = re.findall(r"(?m)^serve (\S+) (\S+)$", (ROOT / "docker" / "workloads.sh").read_text())
    assert set(waited) == made


def test_the_account_for_airflow_is_not_for_everybody():
    """The file is written for Airflow's group alone."""
    script = (ROOT / "docker" / "workloads.sh").read_text()
    assert re.findall(r"(?m)^chmod (\d+) ", script) == ["640"]
    assert "--gid 0 " in (ROOT / "docker" / "Dockerfile").read_text()


def test_secrets_can_be_set_from_outside(services):
    """A default holds for one machine only; nothing secret is fixed."""
    secret = re.compile(r"PASSWORD$|SECRET|TOKEN|SQL_ALCHEMY_CONN")
    found = [
        value for s in services.values() for name, value in s.get("environment", {}).items() if secret.search(name)
    ]
    assert len(found) > 3
    assert [value for value in found if "${" not in value] == []


def test_ports_are_open_to_this_machine_only(services):
    """Nothing here has a password worth the name."""
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_airflow_knows_its_settings(services):
    """A setting that is spelt wrong would be ignored without a word."""
    known = conf.configuration_description
    names = [name.split("__")[1:] for name in services["airflow-scheduler"]["environment"] if "__" in name]
    assert len(names) > 10
    assert [name for name in names if name[1].lower() not in known[name[0].lower()]["options"]] == []
