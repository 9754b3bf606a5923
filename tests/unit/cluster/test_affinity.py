import pytest
from flink_chaos.cluster.affinity import means, node_wanted, selects, tolerates

LABELS = {"app": "a", "zone": "z1", "size": "3"}


def rule(key, operator, *values):
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"app": "a"}}, True),
        ({"matchLabels": {"app": "a", "zone": "z2"}}, False),
        (rule("app", "In", "b", "a"), True),
        (rule("app", "NotIn", "a"), False),
        (rule("gone", "NotIn", "a"), True),
        (rule("app", "Exists"), True),
        (rule("app", "DoesNotExist"), False),
        ({"matchLabels": {"app": "a"}, **rule("zone", "In", "z2")}, False),
    ],
)
def test_a_label_selector_is_read_as_kubernetes_reads_it(selector, fits):
    """None selects nothing, an empty one everything."""
    assert selects(selector, LABELS) is fits


def required(*terms):
    listed = {"nodeSelectorTerms": list(terms)}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": listed}}}


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ({}, True),
        ({"nodeName": "other"}, False),
        ({"nodeSelector": {"zone": "z1"}}, True),
        ({"nodeSelector": {"zone": "z1", "disk": "ssd"}}, False),
        (required(rule("zone", "In", "z2"), rule("size", "Gt", "2")), True),
        (required(rule("size", "Lt", "3")), False),
        (required(rule("app", "Gt", "2")), False),
        (required({}), False),
        (required({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}), True),
        (required({"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n"]}]}), False),
    ],
)
def test_a_pod_chooses_its_nodes(spec, wanted):
    """By name, by labels, by one of several terms; a term without a rule means no node."""
    assert node_wanted(spec, "n", LABELS) is wanted


TAINT = {"key": "dedicated", "value": "db", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("taint", "tolerations", "borne"),
    [
        (TAINT, [], False),
        (TAINT | {"effect": "PreferNoSchedule"}, [], True),
        (TAINT | {"effect": "NoExecute"}, [], False),
        (TAINT, [{"key": "dedicated", "value": "db"}], True),
        (TAINT, [{"key": "dedicated", "operator": "Equal", "value": "web"}], False),
        (TAINT, [{"key": "dedicated", "operator": "Exists"}], True),
        (TAINT, [{"key": "dedicated", "operator": "Exists", "effect": "NoExecute"}], False),
        (TAINT, [{"operator": "Exists"}], True),
        (TAINT, [{"key": "other", "operator": "Exists"}], False),
        ({"key": "gpu", "effect": "NoSchedule"}, [{"key": "gpu"}], True),
    ],
)
def test_a_taint_is_borne_by_whom_it_names(taint, tolerations, borne):
    """An empty key with Exists bears everything; an effect that is not named means all."""
    assert tolerates({"tolerations": tolerations}, taint) is borne


def a_pod(namespace):
    return {"metadata": {"namespace": namespace, "labels": LABELS}}


@pytest.mark.parametrize(
    ("more", "meant"),
    [
        ({}, False),
        ({"namespaces": ["theirs"]}, True),
        ({"namespaceSelector": {}}, True),
        ({"namespaces": ["third"]}, False),
    ],
)
def test_a_term_means_pods_of_its_own_namespace_unless_it_names_others(more, meant):
    """A label that another team uses too is no reason."""
    assert means({"labelSelector": {}, **more}, a_pod("ours"), a_pod("theirs")) is meant
