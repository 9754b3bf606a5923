import json
import ssl
from pathlib import Path

import pytest
import yaml
from airflow.sdk import Connection
from flink_chaos.cluster import connect as module
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.objects import NODES
from flink_chaos.hooks import cluster as hooks
from flink_chaos.hooks.cluster import open_cluster
from flink_chaos.hooks.fields import WrongConnectionError
from kubernetes.config.incluster_config import InClusterConfigLoader

from tests.unit.cluster.test_connect import kubeconfig


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """The pod that we run in has a cluster: it is not the one that is meant."""
    (tmp_path / "token").write_text("mounted")
    (tmp_path / "ca").write_text("ca")
    loader = InClusterConfigLoader(str(tmp_path / "token"), str(tmp_path / "ca"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setattr(module, "load_incluster_config", loader.load_and_set)
    monkeypatch.setattr(module, "ApiClient", NotOpened)


class NotOpened:
    """What a client would be made of; its certificate is none."""

    def __init__(self, configuration):
        self.configuration = configuration


@pytest.fixture
def content(tmp_path, fake_api):
    """A kubeconfig that leads to the API server in memory."""
    return json.loads(Path(kubeconfig(tmp_path, fake_api)).read_text())


def named(extra, **fields):
    text = extra if isinstance(extra, str) else json.dumps(extra)
    return Connection(conn_id="k", conn_type="kubernetes", extra=text, **fields)


def configuration(connection):
    return hooks._client(connection, hooks._fields(connection)).configuration


@pytest.mark.parametrize("prefix", ["", "extra__kubernetes__"])
@pytest.mark.parametrize("write", [lambda found: found, json.dumps, yaml.safe_dump])
def test_a_kubeconfig_in_the_connection_is_used(content, write, prefix):
    """As an object, as JSON and as YAML; not the cluster of the pod that we run in."""
    assert open_cluster(named({f"{prefix}kube_config": write(content)})).list(NODES, None) == []


def test_a_kubeconfig_that_the_connection_names_is_used(tmp_path, fake_api):
    """Fields that a form left empty are none."""
    extra = {
        "kube_config_path": kubeconfig(tmp_path, fake_api),
        "kube_config": "",
        "in_cluster": False,
        "namespace": "",
    }
    assert open_cluster(named(extra)).list(NODES, None) == []


@pytest.mark.parametrize("word", [True, "true", "True"])
def test_in_cluster_means_the_pods_own(word):
    """With its service account."""
    assert configuration(named({"in_cluster": word})).host == "https://10.0.0.1:443"


def test_a_connection_that_names_no_cluster_is_good_inside_of_a_pod_only(monkeypatch, tmp_path, fake_api):
    """Whatever ~/.kube/config names may be anybody's."""
    assert configuration(named({})).host == "https://10.0.0.1:443"
    monkeypatch.undo()
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(module, "KUBE_CONFIG_DEFAULT_LOCATION", kubeconfig(tmp_path, fake_api))
    with pytest.raises(ClusterError, match="cannot connect to the cluster of this pod"):
        open_cluster(named({}))


@pytest.mark.parametrize("place", ["kube_config", "kube_config_path"])
def test_the_named_context_is_used(tmp_path, fake_api, content, place):
    """And one that is not there is told, with the connection's name or the file's."""
    value = content if place == "kube_config" else kubeconfig(tmp_path, fake_api)
    assert open_cluster(named({place: value, "cluster_context": "two"})).list(NODES, None) == []
    with pytest.raises(ClusterError, match=r"(connection 'k'|kubeconfig .*), context 'three': cannot be used"):
        open_cluster(named({place: value, "cluster_context": "three"}))


@pytest.mark.parametrize(
    ("word", "verified"), [(True, False), ("True", False), (False, True), ("false", True), ("", True)]
)
def test_certificates_are_checked_unless_the_connection_says_no(content, word, verified):
    """As the official hook has it."""
    client = hooks._client(*with_fields({"kube_config": content, "disable_verify_ssl": word}))
    found = client.rest_client.pool_manager.connection_pool_kw["cert_reqs"]
    assert found == (ssl.CERT_REQUIRED if verified else ssl.CERT_NONE)


@pytest.mark.parametrize(("word", "kept"), [(True, False), ("true", False), (None, True)])
def test_idle_connections_are_kept_alive_unless_the_connection_says_no(content, word, kept):
    """A firewall forgets idle ones, and a run waits a lot."""
    client = hooks._client(*with_fields({"kube_config": content, "disable_tcp_keepalive": word}))
    options = client.configuration.socket_options or []
    assert any(option in options for option in module.KEEPALIVE) is kept


def with_fields(extra):
    connection = named(extra)
    return connection, hooks._fields(connection)


@pytest.mark.parametrize(
    ("extra", "fields", "told"),
    [
        ({"in_cluster": True, "kube_config_path": "/x"}, {}, "in_cluster and kube_config_path. Keep one of them"),
        ({"kube_config": {"a": 1}, "kube_config_path": "/x"}, {}, "kube_config_path and kube_config. Keep one of them"),
        ({"cluster_context": "b"}, {}, "cluster_context without kube_config_path or kube_config"),
        ({"cluster_context": "b", "in_cluster": True}, {}, "cluster_context without kube_config_path or kube_config"),
        ({"kubeconfig_path": "/x"}, {}, "kubeconfig_path in its extra. Known are in_cluster, "),
        ({"in_cluster": "perhaps"}, {}, "in_cluster 'perhaps'. Write true or false"),
        ({"disable_verify_ssl": 2}, {}, "disable_verify_ssl 2. Write true or false"),
        ({}, {"host": "https://api"}, "host filled in, which is not used. The extra names the cluster"),
        ({}, {"login": "me", "password": "secret"}, "login, password filled in, which is not used"),
        ({}, {"port": 6443, "schema": "x"}, "port, schema filled in, which is not used"),
        ('{"kube_config_path": ', {}, "an extra that is no JSON. Correct it"),
        ('["kube_config_path"]', {}, "an extra that is no JSON object. Write {...}"),
    ],
)
def test_what_would_not_be_used_is_refused(extra, fields, told):
    """Else the run would act on another cluster than the connection seems to name."""
    with pytest.raises(WrongConnectionError) as refused:
        open_cluster(named(extra, **fields))
    assert str(refused.value).startswith(f"connection 'k' (Kubernetes) has {told}")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["token: [secret", "secret", "5", "[1]", '{"clusters": "secret"}'])
def test_a_content_that_is_no_kubeconfig_is_told_without_it(text):
    """A parser's message would hold a part of it."""
    with pytest.raises(ClusterError, match=r"kube_config of connection 'k': (is no kubeconfig|cannot be used)") as told:
        open_cluster(named({"kube_config": text}))
    assert "secret" not in str(told.value)


def test_settings_of_pods_that_airflow_itself_starts_do_not_disturb(content):
    """A connection may serve both."""
    extra = {"kube_config": content} | dict.fromkeys(hooks.OF_PODS, "x")
    assert open_cluster(named(extra)).list(NODES, None) == []
