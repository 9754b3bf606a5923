import json

import pytest
from flink_chaos.cluster import connect as module
from flink_chaos.cluster.connect import connect
from flink_chaos.cluster.objects import NODES, Cluster, ClusterError
from kubernetes.config.incluster_config import InClusterConfigLoader


def kubeconfig(folder, api, **cluster):
    """Write one that leads to the fake API server."""
    file = folder / "kubeconfig"
    context = {"cluster": "c", "user": "u"}
    written = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "one",
        "clusters": [{"name": "c", "cluster": {"server": api.url} | cluster}],
        "users": [{"name": "u", "user": {"token": api.token}}],
        "contexts": [{"name": "one", "context": context}, {"name": "two", "context": context}],
    }
    file.write_text(json.dumps(written))
    return str(file)


@pytest.mark.parametrize("context", [None, "two"])
def test_a_kubeconfig_leads_to_its_cluster_with_its_token(tmp_path, fake_api, context):
    """The named context, or the current one."""
    assert Cluster(connect(kubeconfig(tmp_path, fake_api), context)).list(NODES, None) == []


@pytest.mark.parametrize(
    ("file", "context", "message"),
    [
        (lambda folder, api: str(folder / "none"), None, r"kubeconfig .*none: there is no such file"),
        (kubeconfig, "three", r"kubeconfig .*, context 'three': cannot be used: .*three"),
    ],
)
def test_a_bad_configuration_is_one_line_with_the_files_name(tmp_path, fake_api, file, context, message):
    """The file, and what is wrong with it."""
    with pytest.raises(ClusterError, match=message) as refused:
        connect(file(tmp_path, fake_api), context)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_yaml_is_named(tmp_path):
    """Not a stack of the parser's."""
    (tmp_path / "k").write_text("a: [")
    with pytest.raises(ClusterError, match=r"kubeconfig .*/k: cannot be used"):
        connect(str(tmp_path / "k"))


def test_without_a_kubeconfig_a_pod_uses_its_service_account(tmp_path, monkeypatch):
    """Token and authority are read from where Kubernetes mounts them."""
    (tmp_path / "token").write_text("mounted")
    (tmp_path / "ca").write_text("ca")
    loader = InClusterConfigLoader(str(tmp_path / "token"), str(tmp_path / "ca"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.setattr(module, "load_incluster_config", loader.load_and_set)
    monkeypatch.setattr(module, "ApiClient", lambda settings: settings)
    settings = connect(None)
    assert (settings.host, settings.ssl_ca_cert) == ("https://10.0.0.1:443", str(tmp_path / "ca"))
    assert settings.get_api_key_with_prefix("BearerToken").lower() == "bearer mounted"


def test_a_pod_without_a_token_is_told_what_to_do(monkeypatch):
    """The message names the field of the pod."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    with pytest.raises(ClusterError, match="automountServiceAccountToken"):
        connect(None)


def test_a_certificate_bundle_of_the_environment_does_not_replace_the_clusters_own(tmp_path, monkeypatch, fake_api):
    """`requests` would let REQUESTS_CA_BUNDLE win; our client must verify with the kubeconfig's authority."""
    own, other = tmp_path / "own.pem", tmp_path / "other.pem"
    own.write_text("the cluster's own")
    other.write_text("a company's")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(other))
    file = kubeconfig(tmp_path, fake_api, server="https://127.0.0.1:1", **{"certificate-authority": str(own)})
    pool = connect(file).rest_client.pool_manager
    assert pool.connection_pool_kw["ca_certs"] == str(own)
