import asyncio
import json

import pytest
from flink_chaos.hooks.flink_chaos import FlinkChaosHook, connections_of
from flink_chaos.model.environment import Connections
from flink_chaos.profiles.catalogue import Catalogue
from flink_chaos.steps.run import StepError
from flink_chaos.store.records import Store

from tests.unit.cluster.test_connect import kubeconfig
from tests.unit.plans import a_plan

OTHER = Connections(kafka="kafka_other", kubernetes="kubernetes_other")


@pytest.fixture
def stored(tmp_path, monkeypatch, fake_api):
    """Store a run of an environment with these connections; two pairs of connections are defined."""
    monkeypatch.setenv("FLINK_CHAOS_STORE", tmp_path.as_uri())
    monkeypatch.setenv("FLINK_CHAOS_ENVIRONMENT", "lab")
    for name in ("default", "other"):
        kafka = {"conn_type": "kafka", "extra": {"bootstrap.servers": f"{name}:9092"}}
        kubernetes = {"conn_type": "kubernetes", "extra": {"kube_config_path": kubeconfig(tmp_path, fake_api)}}
        monkeypatch.setenv(f"AIRFLOW_CONN_KAFKA_{name.upper()}", json.dumps(kafka))
        monkeypatch.setenv(f"AIRFLOW_CONN_KUBERNETES_{name.upper()}", json.dumps(kubernetes))

    def make(name, connections):
        environment = Catalogue().environment("lab").model_copy(update={"name": name, "connections": connections})
        plan = a_plan().model_copy(update={"environment": environment})
        Store(tmp_path.as_uri()).open(plan)
        return plan.run_key

    return make


def opened(key, **arguments):
    return FlinkChaosHook(**arguments).run(key).kafka.servers


def test_a_run_acts_through_the_connections_of_its_environment(stored, monkeypatch):
    """Not through the one pair that is there by default; from a trigger as well."""
    used = []
    monkeypatch.setattr(
        "flink_chaos.hooks.flink_chaos.open_cluster", lambda connection: used.append(connection.conn_id)
    )
    key = stored("b", OTHER)
    assert opened(key) == "other:9092"
    assert asyncio.run(FlinkChaosHook().arun(key)).kafka.servers == "other:9092"
    assert used == ["kubernetes_other"] * 2


def test_an_operators_own_argument_goes_before(stored):
    """Somebody wrote it into a DAG."""
    key = stored("b", OTHER)
    assert opened(key, kafka_conn_id="kafka_default") == "default:9092"
    assert opened(key, kubernetes_conn_id="kubernetes_default") == "other:9092"


def test_the_default_environment_need_not_name_its_connections(stored, monkeypatch):
    """Airflow's defaults are its own."""
    monkeypatch.setenv("FLINK_CHAOS_ENVIRONMENT", "b")
    assert opened(stored("b", None)) == "default:9092"


def test_another_environment_must_name_its_connections(stored):
    """It would act on the default one's clusters."""
    key = stored("b", None)
    told = r"environment b names no Airflow connections, and those of lab lead elsewhere: add"
    with pytest.raises(StepError, match=told):
        opened(key)


@pytest.mark.parametrize("name", ["lab", "compose"])
def test_the_shipped_environments_name_theirs(name, monkeypatch):
    """Whichever is the default."""
    monkeypatch.setenv("FLINK_CHAOS_ENVIRONMENT", "x")
    assert connections_of(Catalogue().environment(name)) == Connections()
