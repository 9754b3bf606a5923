import pytest
from flink_chaos.cluster.resources import FLINK_DEPLOYMENTS, NODES, POD_LOGS, PODS


@pytest.mark.parametrize(
    ("resource", "names", "path"),
    [
        (PODS, ("ns", "p"), "/api/v1/namespaces/ns/pods/p"),
        (PODS, (), "/api/v1/pods"),
        (POD_LOGS, ("ns", "p"), "/api/v1/namespaces/ns/pods/p/log"),
        (NODES, ("ignored", "n"), "/api/v1/nodes/n"),
        (FLINK_DEPLOYMENTS, ("ns",), "/apis/flink.apache.org/v1beta1/namespaces/ns/flinkdeployments"),
        (PODS, ("a/b", "../c"), "/api/v1/namespaces/a%2Fb/pods/..%2Fc"),
    ],
)
def test_paths_are_those_of_the_kubernetes_api(resource, names, path):
    """A name is one path segment, whatever it holds."""
    assert resource.path(*names) == path


def test_a_custom_resource_is_labelled_with_its_group():
    """As kubectl writes it."""
    assert (FLINK_DEPLOYMENTS.label, PODS.label) == ("flinkdeployments.flink.apache.org", "pods")
