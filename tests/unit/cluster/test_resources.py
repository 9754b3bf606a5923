import pytest
from flink_chaos.cluster.errors import ClusterError
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS, NODES, POD_LOGS, PODS


@pytest.mark.parametrize(
    ("resource", "names", "path"),
    [
        (PODS, ("ns", "p"), "/api/v1/namespaces/ns/pods/p"),
        (PODS, (), "/api/v1/pods"),
        (POD_LOGS, ("ns", "p"), "/api/v1/namespaces/ns/pods/p/log"),
        (NODES, ("ignored", "n"), "/api/v1/nodes/n"),
        (FLINK_DEPLOYMENTS, ("ns",), "/apis/flink.apache.org/v1beta1/namespaces/ns/flinkdeployments"),
        (PODS, ("n:s", "p&\u202e"), "/api/v1/namespaces/n%3As/pods/p%26%E2%80%AE"),
    ],
)
def test_paths_are_those_of_the_kubernetes_api(resource, names, path):
    """A name is one path segment, whatever it holds."""
    assert resource.path(*names) == path


def test_a_custom_resource_is_labelled_with_its_group():
    """As kubectl writes it."""
    assert (FLINK_DEPLOYMENTS.label, PODS.label) == ("flinkdeployments.flink.apache.org", "pods")


@pytest.mark.parametrize("name", ["", ".", "..", "../../secrets/x", "a/b", "a%2Fb", "p?watch=true", "p\n"])
@pytest.mark.parametrize("resource", [PODS, POD_LOGS, FLINK_DEPLOYMENTS])
def test_a_name_that_would_make_another_path_is_refused(resource, name):
    """The API server decodes what is encoded before it looks at the path; an empty name means all objects."""
    with pytest.raises(ClusterError, match=r"cannot ask for \S+: .* is no name of a Kubernetes object"):
        resource.path("ns", name)
    with pytest.raises(ClusterError, match="is no name"):
        resource.path(name, "p")
