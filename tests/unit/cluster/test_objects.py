import pytest
from flink_chaos.cluster.objects import CONFIG_MAPS, FLINK_DEPLOYMENTS, NODES, PODS, Cluster, ClusterError, selector
from flink_chaos.cluster.resources import POD_LOGS


def config_map(name="c", **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "ns"}, "data": data}


def test_what_is_not_there_is_none(cluster):
    """404 is an answer, not an error."""
    assert cluster.get(CONFIG_MAPS, "ns", "c") is None


def test_apply_creates_and_then_changes(cluster):
    """One call for both."""
    first = cluster.apply(CONFIG_MAPS, config_map(a="1"))
    second = cluster.apply(CONFIG_MAPS, config_map(a="2"))
    assert cluster.get(CONFIG_MAPS, "ns", "c") == second
    assert (first["data"], second["data"]) == ({"a": "1"}, {"a": "2"})
    assert first["metadata"]["uid"] == second["metadata"]["uid"]


def test_apply_sends_what_the_api_server_wants(cluster, fake_api):
    """Content type, field manager and force; the body is the manifest itself."""
    cluster.apply(CONFIG_MAPS, config_map(a="1"))
    request = fake_api.requests[-1]
    assert (request.method, request.path) == ("PATCH", "/api/v1/namespaces/ns/configmaps/c")
    assert request.headers["content-type"] == "application/apply-patch+yaml"
    assert request.query == {"fieldManager": "flink-chaos", "force": "true"}
    assert request.body == config_map(a="1")


def test_apply_removes_our_fields_that_are_no_longer_named_and_keeps_those_of_others(cluster):
    """Which a merge patch cannot do."""
    cluster.apply(CONFIG_MAPS, config_map(ours="1", kept="1"))
    cluster.apply(CONFIG_MAPS, config_map(theirs="1"), field_manager="other")
    assert cluster.apply(CONFIG_MAPS, config_map(kept="1"))["data"] == {"kept": "1", "theirs": "1"}


def test_without_force_a_field_of_another_manager_is_a_conflict(cluster):
    """The message names manager and field."""
    cluster.apply(CONFIG_MAPS, config_map(a="1"), field_manager="other")
    with pytest.raises(ClusterError, match=r'conflict with "other": .data.a') as refused:
        cluster.apply(CONFIG_MAPS, config_map(a="2"), force=False)
    assert refused.value.status == 409


def test_apply_works_for_custom_resources(cluster):
    """Raw dictionaries, no models, no discovery."""
    manifest = {
        "apiVersion": "flink.apache.org/v1beta1",
        "kind": "FlinkDeployment",
        "metadata": {"name": "app", "namespace": "ns"},
        "spec": {"job": {"state": "running"}},
    }
    cluster.apply(FLINK_DEPLOYMENTS, manifest)
    found = cluster.get(FLINK_DEPLOYMENTS, "ns", "app")
    assert found is not None
    assert found["spec"] == manifest["spec"]


def test_a_manifest_without_a_namespace_is_refused_before_it_is_sent(cluster, fake_api):
    """It would land in no namespace at all."""
    with pytest.raises(
        ClusterError, match=r"cannot write configmaps: its manifest needs metadata.name and metadata.nam"
    ):
        cluster.apply(CONFIG_MAPS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}})
    assert fake_api.requests == []


def test_merge_changes_and_removes_single_fields(cluster):
    """A null removes."""
    cluster.apply(CONFIG_MAPS, config_map(a="1", b="1"))
    assert cluster.merge(CONFIG_MAPS, "ns", "c", {"data": {"a": None, "c": "3"}})["data"] == {"b": "1", "c": "3"}


def test_merging_into_nothing_is_an_error(cluster):
    """A patch creates nothing."""
    with pytest.raises(ClusterError, match=r"cannot patch configmaps 'c' in namespace 'ns' at http.*404 NotFound"):
        cluster.merge(CONFIG_MAPS, "ns", "c", {"data": {}})


def test_creating_twice_is_a_conflict(cluster):
    """AlreadyExists is the reason; the caller decides."""
    cluster.create(CONFIG_MAPS, "ns", config_map())
    with pytest.raises(ClusterError) as refused:
        cluster.create(CONFIG_MAPS, "ns", config_map())
    assert (refused.value.status, refused.value.reason) == (409, "AlreadyExists")


def test_replacing_what_changed_meanwhile_is_a_conflict(cluster):
    """The resourceVersion makes read and write one."""
    read = cluster.create(CONFIG_MAPS, "ns", config_map(a="1"))
    assert cluster.replace(CONFIG_MAPS, {**read, "data": {"a": "2"}})["data"] == {"a": "2"}
    with pytest.raises(ClusterError) as refused:
        cluster.replace(CONFIG_MAPS, {**read, "data": {"a": "3"}})
    assert (refused.value.status, refused.value.reason) == (409, "Conflict")


def test_deleting_tells_whether_it_was_there(cluster):
    """Twice is no harm."""
    cluster.create(CONFIG_MAPS, "ns", config_map())
    assert cluster.delete(CONFIG_MAPS, "ns", "c") is True
    assert cluster.delete(CONFIG_MAPS, "ns", "c") is False


def test_an_object_of_the_same_name_but_another_uid_is_not_deleted(cluster):
    """It is somebody else's."""
    uid = cluster.create(CONFIG_MAPS, "ns", config_map())["metadata"]["uid"]
    assert cluster.delete(CONFIG_MAPS, "ns", "c", uid="another") is False
    assert cluster.get(CONFIG_MAPS, "ns", "c") is not None
    assert cluster.delete(CONFIG_MAPS, "ns", "c", uid=uid, propagation="Foreground") is True


def test_a_list_is_filtered_by_labels_and_fields_and_namespace(cluster, fake_api):
    """Labels as a mapping or as text."""
    for namespace, name, app in (("ns", "a", "x"), ("ns", "b", "y"), ("other", "c", "x")):
        fake_api.put(PODS, {"metadata": {"name": name, "namespace": namespace, "labels": {"app": app}}})

    def names(*asked, **more):
        return [found["metadata"]["name"] for found in cluster.list(PODS, *asked, **more)]

    assert names("ns") == ["a", "b"]
    assert names("ns", {"app": "x"}) == ["a"]
    assert names(None, "app in (x)") == ["a", "c"]
    assert names("ns", fields="metadata.name=b") == ["b"]


def test_a_long_list_comes_whole(cluster, fake_api, monkeypatch):
    """Page by page."""
    monkeypatch.setattr("flink_chaos.cluster.objects.PAGE", 2)
    for number in range(5):
        fake_api.put(NODES, {"metadata": {"name": f"node-{number}"}})
    assert len(cluster.list(NODES, None)) == 5
    assert len(fake_api.requests) == 3


def test_a_missing_right_is_named_with_verb_and_resource(cluster, fake_api):
    """What an administrator needs to grant it."""
    fake_api.forbidden.add(("list", "pods"))
    with pytest.raises(ClusterError, match=r"cannot list pods in namespace 'ns' at http.*: 403 Forbidden") as refused:
        cluster.list(PODS, "ns")
    assert refused.value.status == 403
    assert "Give this user that verb on that resource" in str(refused.value)


def test_a_right_can_be_asked_for_beforehand(cluster, fake_api):
    """Preflight asks; subresources have their own rights."""
    fake_api.forbidden.add(("get", "pods/log"))
    assert cluster.allowed("get", PODS, "ns") is True
    assert cluster.allowed("get", POD_LOGS, "ns") is False
    asked = fake_api.requests[-1].body["spec"]["resourceAttributes"]
    assert asked == {"verb": "get", "group": "", "resource": "pods", "subresource": "log", "namespace": "ns"}


def test_a_wrong_token_is_told(cluster, fake_api):
    """401 is about the credentials, not about rights."""
    fake_api.token = "another"
    with pytest.raises(ClusterError, match=r"401 Unauthorized.*Renew the credentials"):
        cluster.get(PODS, "ns", "p")


def test_a_server_that_is_gone_is_named(fake_api):
    """One line with its address; status 0."""
    gone = Cluster(fake_api.client(), timeout=1)
    fake_api.server.server_close()
    fake_api.server.socket.close()
    with pytest.raises(ClusterError) as refused:
        gone.get(PODS, "ns", "p")
    assert refused.value.status == 0
    assert f"{fake_api.url} does not answer" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_server_that_hangs_is_given_up_in_time(cluster, fake_api):
    """Every call has its time-out."""
    import threading

    released = threading.Event()
    fake_api.before.append(lambda _: released.wait(5))
    cluster.timeout = 0.1
    with pytest.raises(ClusterError, match="does not answer"):
        cluster.create(CONFIG_MAPS, "ns", config_map())
    released.set()


def test_labels_become_a_selector():
    """In a stable order."""
    assert selector({"b": "2", "a": "1"}) == "a=1,b=2"


@pytest.mark.parametrize("value", ["a,b=c", "a b", "!x", "a\n", "in (a)"])
def test_a_label_that_would_select_something_else_is_refused(cluster, fake_api, value):
    """Nothing is asked."""
    with pytest.raises(ClusterError, match=r"cannot select by label: .* is no value of a label"):
        cluster.list(PODS, "ns", {"app": value})
    assert fake_api.requests == []


def test_an_object_without_a_name_is_never_all_objects(cluster, fake_api):
    """The path would be that of the whole list."""
    with pytest.raises(ClusterError, match="'' is no name"):
        cluster.delete(PODS, "ns", "")
    assert fake_api.requests == []
