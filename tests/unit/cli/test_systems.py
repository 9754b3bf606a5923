import pytest
from flink_chaos.cli import systems as module
from flink_chaos.cli.systems import open_kafka, open_run
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.store.records import Store

from tests.unit.plans import a_plan

UNSET = ("FLINK_CHAOS_KAFKA_B_1", "FLINK_CHAOS_KUBECONFIG_B_1", "FLINK_CHAOS_CONTEXT_B_1", "FLINK_CHAOS_CONTEXT")


@pytest.fixture(autouse=True)
def _variables(monkeypatch):
    """Those of the default environment are set."""
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FLINK_CHAOS_ENVIRONMENT", "lab")
    monkeypatch.setenv("FLINK_CHAOS_KAFKA", "lab-kafka:1")
    monkeypatch.setenv("KUBECONFIG", "/lab")


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """What was connected to for a run of that environment: Kafka, kubeconfig, context."""
    used = []
    monkeypatch.setattr(module, "connect", lambda *where: used.append(where))
    monkeypatch.setattr(module, "Cluster", lambda client: client)

    def run(name):
        plan = a_plan().model_copy(update={"environment": environment(name)})
        made = open_run(Store(tmp_path.as_uri()).open(plan))
        return made.kafka.servers, *used[-1]

    return run


def environment(name):
    return Catalogue().environment("lab").model_copy(update={"name": name, "kafka_bootstrap_servers": f"{name}-pods:1"})


def test_the_plain_variables_are_the_default_environments(opened):
    """As before there were several."""
    assert opened("lab") == ("lab-kafka:1", "/lab", None)


@pytest.mark.parametrize(
    ("variables", "where"),
    [
        ({"KUBECONFIG": "/b"}, ("b-1-pods:1", "/b", None)),
        ({"CONTEXT": "b"}, ("b-1-pods:1", "/lab", "b")),
        ({"KUBECONFIG": "/b", "CONTEXT": "x", "KAFKA": "b:9"}, ("b:9", "/b", "x")),
    ],
)
def test_another_environment_has_variables_of_its_own(opened, monkeypatch, variables, where):
    """Its name, in capitals, with _ for what a shell does not take."""
    for name, value in variables.items():
        monkeypatch.setenv(f"FLINK_CHAOS_{name}_B_1", value)
    assert opened("b-1") == where


def test_another_environment_is_never_taken_for_the_default_one(opened):
    """Its Kafka has an address of its own; of its cluster nobody has said which it is."""
    assert open_kafka(environment("b-1")).servers == "b-1-pods:1"
    with pytest.raises(ClusterError, match=r"environment b-1: .*set FLINK_CHAOS_KUBECONFIG_B_1 to its kubeconfig"):
        opened("b-1")


def test_a_variable_of_its_own_goes_before_the_plain_one(opened, monkeypatch):
    """For the default environment too."""
    monkeypatch.setenv("FLINK_CHAOS_KAFKA_LAB", "own:1")
    assert opened("lab")[0] == "own:1"
