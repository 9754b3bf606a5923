"""Objects, leases, rights, logs and the service proxy on a real API server."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from flink_chaos.cluster import objects
from flink_chaos.cluster.connect import connect
from flink_chaos.cluster.leases import acquire, holder_of, release, take_over
from flink_chaos.cluster.objects import CONFIG_MAPS, FLINK_DEPLOYMENTS, LEASES, NODES, PODS, Cluster, ClusterError
from flink_chaos.cluster.pods import pod_log, pods
from flink_chaos.cluster.proxy import ServiceError, ServiceProxy
from flink_chaos.cluster.resources import NAMESPACES, SERVICE_ACCOUNTS, SERVICES, Resource

from lab import paths
from tests.e2e.runs import until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lab

TOKENS = Resource("", "v1", "serviceaccounts/token")


@pytest.fixture(scope="module")
def kubeconfig() -> str:
    """Return the lab's kubeconfig, with the rights of cluster-admin."""
    return str(paths.KUBECONFIG)


@pytest.fixture(scope="module")
def cluster(kubeconfig: str) -> Cluster:
    """Return our client with the rights of cluster-admin."""
    return Cluster(connect(kubeconfig))


@pytest.fixture(scope="module")
def namespace(cluster: Cluster) -> Iterator[str]:
    """Return a namespace of our own."""
    name = f"cluster-test-{uuid.uuid4().hex[:8]}"
    cluster.apply(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete(NAMESPACES, None, name)


@pytest.fixture
def name() -> str:
    """Return a name that nobody used."""
    return f"x-{uuid.uuid4().hex[:8]}"


def config_map(namespace: str, name: str, **data: str) -> dict[str, Any]:
    """Return a manifest."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}


def test_apply_creates_changes_and_removes(cluster, namespace, name):
    """As our fake API server does: only what we no longer name goes."""
    first = cluster.apply(CONFIG_MAPS, config_map(namespace, name, ours="1", kept="1"))
    cluster.apply(CONFIG_MAPS, config_map(namespace, name, theirs="1"), field_manager="other")
    last = cluster.apply(CONFIG_MAPS, config_map(namespace, name, kept="2"))
    assert last["data"] == {"kept": "2", "theirs": "1"}
    assert last["metadata"]["uid"] == first["metadata"]["uid"]
    with pytest.raises(ClusterError, match=r"409 Conflict: Apply failed with 1 conflict.*other.*theirs") as refused:
        cluster.apply(CONFIG_MAPS, config_map(namespace, name, theirs="2"), force=False)
    assert refused.value.status == 409


def test_an_unchanged_apply_changes_nothing(cluster, namespace, name):
    """Deploying twice does not restart anything."""
    first = cluster.apply(CONFIG_MAPS, config_map(namespace, name, a="1"))
    again = cluster.apply(CONFIG_MAPS, config_map(namespace, name, a="1"))
    assert again["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_a_custom_resource_is_applied_merged_and_removed(cluster, name):
    """In a namespace that the operator does not watch it is only an object."""
    manifest = {
        "apiVersion": "flink.apache.org/v1beta1",
        "kind": "FlinkDeployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"image": "none", "job": {"jarURI": "local:///none.jar", "state": "suspended"}},
    }
    made = cluster.apply(FLINK_DEPLOYMENTS, manifest)
    try:
        merged = cluster.merge(FLINK_DEPLOYMENTS, "default", name, {"spec": {"image": None, "restartNonce": 7}})
        assert merged["spec"] == {"job": manifest["spec"]["job"], "restartNonce": 7}
        assert cluster.delete(FLINK_DEPLOYMENTS, "default", name, uid=str(uuid.uuid4())) is False
    finally:
        assert cluster.delete(FLINK_DEPLOYMENTS, "default", name, uid=made["metadata"]["uid"]) is True
    assert cluster.get(FLINK_DEPLOYMENTS, "default", name) is None


def test_a_manifest_that_is_wrong_is_refused_with_the_field(cluster, namespace, name):
    """The API server's reason stands in the message."""
    wrong = {**config_map(namespace, name), "data": {"not a key": "1"}}
    with pytest.raises(ClusterError, match=r"422 Invalid: .*data\[not a key\].*Correct the named fields"):
        cluster.apply(CONFIG_MAPS, wrong)


def test_conflicts_are_what_the_fake_says_they_are(cluster, namespace, name):
    """AlreadyExists on a second create, Conflict on an outdated replace and on another version's delete."""
    read = cluster.create(CONFIG_MAPS, namespace, config_map(namespace, name, a="1"))
    with pytest.raises(ClusterError) as exists:
        cluster.create(CONFIG_MAPS, namespace, config_map(namespace, name))
    cluster.replace(CONFIG_MAPS, {**read, "data": {"a": "2"}})
    with pytest.raises(ClusterError) as outdated:
        cluster.replace(CONFIG_MAPS, {**read, "data": {"a": "3"}})
    version = read["metadata"]["resourceVersion"]
    assert [(found.value.status, found.value.reason) for found in (exists, outdated)] == [
        (409, "AlreadyExists"),
        (409, "Conflict"),
    ]
    assert cluster.delete(CONFIG_MAPS, namespace, name, resource_version=version) is False
    assert cluster.delete(CONFIG_MAPS, namespace, name) is True
    assert cluster.delete(CONFIG_MAPS, namespace, name) is False


def test_a_long_list_comes_whole_and_filtered(cluster, namespace, name, monkeypatch):
    """Page by page, by label and by field."""
    monkeypatch.setattr(objects, "PAGE", 2)
    for number in range(5):
        manifest = config_map(namespace, f"{name}-{number}")
        manifest["metadata"]["labels"] = {"test": name}
        cluster.apply(CONFIG_MAPS, manifest)
    assert len(cluster.list(CONFIG_MAPS, namespace, {"test": name})) == 5
    assert len(cluster.list(CONFIG_MAPS, None, f"test in ({name})")) == 5
    assert len(cluster.list(CONFIG_MAPS, namespace, fields=f"metadata.name={name}-3")) == 1


def test_of_many_at_once_one_gets_the_lock(cluster, kubeconfig, namespace, name):
    """Each with a connection of its own; the lock is then handed on, and freed once."""
    names = [f"run-{number}" for number in range(8)]
    others = [Cluster(connect(kubeconfig)) for _ in names]
    with ThreadPoolExecutor(len(names)) as threads:
        tell = {"flink-chaos/dag": "d"}
        answers = list(threads.map(lambda who, api: acquire(api, namespace, name, who, tell), names, others))
    holder = names[answers.index(None)]
    assert answers.count(None) == 1
    assert set(answers) == {None, holder}
    assert acquire(cluster, namespace, name, holder, {}) is None
    assert take_over(cluster, namespace, name, "nobody", "late") is False
    assert take_over(cluster, namespace, name, holder, "late") is True
    found = cluster.get(LEASES, namespace, name)
    assert (found["spec"]["holderIdentity"], found["spec"]["leaseTransitions"]) == ("late", 1)
    assert found["metadata"]["annotations"] == {"flink-chaos/dag": "d"}
    assert release(cluster, namespace, name, holder) is False
    assert release(cluster, namespace, name, "late") is True
    assert holder_of(cluster, namespace, name) is None


def test_a_missing_right_is_known_beforehand_and_told_afterwards(cluster, kubeconfig, namespace, name):
    """As a service account that may do nothing."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
    cluster.apply(SERVICE_ACCOUNTS, account)
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    status, text = cluster.send("POST", TOKENS.path(namespace, name), "make a token", body=request)
    assert status == 201
    nobody = connect(kubeconfig)
    nobody.configuration.api_key["BearerToken"] = "Bearer " + objects.json.loads(text)["status"]["token"]
    nobody.configuration.refresh_api_key_hook = None
    nobody.configuration.cert_file = nobody.configuration.key_file = None
    poor = Cluster(type(nobody)(nobody.configuration))
    assert cluster.allowed("list", PODS, namespace) is True
    assert poor.allowed("list", PODS, namespace) is False
    with pytest.raises(ClusterError, match=rf"cannot list pods in namespace '{namespace}' at https.*403 Forbidden"):
        poor.list(PODS, namespace)


def test_a_bundle_in_the_environment_does_not_break_the_connection(kubeconfig, tmp_path, monkeypatch):
    """The kubeconfig's own authority is the one that counts; without it the server is not trusted."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("no certificate at all")
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(variable, str(bundle))
    assert Cluster(connect(kubeconfig)).list(NODES, None)
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(variable)
    stranger = connect(kubeconfig)
    stranger.configuration.ssl_ca_cert = None
    with pytest.raises(ClusterError, match="certificate authority in the kubeconfig"):
        Cluster(type(stranger)(stranger.configuration), timeout=5).list(NODES, None)


def test_pods_and_their_logs_are_read(cluster):
    """The lab's own DNS serves as an example."""
    found = pods(cluster, "kube-system", {"k8s-app": "kube-dns"})
    assert found
    assert all(pod.ready and pod.phase == "Running" and pod.node and not pod.deleting for pod in found)
    assert len(pod_log(cluster, "kube-system", found[0].name, tail=1).splitlines()) == 1
    with pytest.raises(ClusterError, match=r"cannot read the log of pod 'none' .*404 NotFound"):
        pod_log(cluster, "kube-system", "none")


def test_the_sql_gateway_is_reached_through_the_api_server(cluster):
    """GET, POST with a body and DELETE; of an error's stack trace the first and the deepest reason are told."""
    gateway = ServiceProxy(cluster, "flink", "sql-gateway", 8083)
    assert _once_ready(gateway)["productName"] == "Apache Flink"
    session = gateway.request("POST", "/v1/sessions", {"sessionName": "proxy-test"}, timeout=30)["sessionHandle"]
    assert gateway.request("DELETE", f"/v1/sessions/{session}")["status"] == "CLOSED"
    with pytest.raises(
        ServiceError, match=r"GET /v1/sessions/.*500: .*getSessionConfig.*caused by.*does not exist"
    ) as told:
        gateway.request("GET", f"/v1/sessions/{session}")
    assert session in told.value.text


def test_a_service_without_pods_is_told(cluster, namespace, name):
    """By the API server, as a service's error."""
    manifest = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80}]},
    }
    cluster.apply(SERVICES, manifest)
    with pytest.raises(ServiceError, match=r"503: no endpoints available .*Check that the service has a ready pod"):
        _once_ready(
            ServiceProxy(cluster, namespace, name, 80), 20, frozenset({404})
        )  # until the API server's cache knows it


def test_a_service_that_is_not_there_is_told(cluster, namespace):
    """By the API server: 404, but not the service's."""
    with pytest.raises(ServiceError, match=r'404: services "none" not found. Check the name of the service'):
        ServiceProxy(cluster, namespace, "none", 80).request("GET", "/")


def _once_ready(gateway: ServiceProxy, timeout: float = 120, not_yet: frozenset[int] = frozenset({502, 503})) -> Any:
    def answer() -> Any:
        """The gateway answers."""
        try:
            return gateway.request("GET", "/v1/info")
        except ServiceError as error:
            if error.status not in not_yet:
                raise
            return None

    return until(answer, timeout)
