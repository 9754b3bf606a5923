import pytest
from flink_chaos.flink.manifests import application_manifests, loader_manifests
from flink_chaos.flink.scripts import ScriptError, fill, report_queries
from flink_chaos.model.base import Copy

from tests.unit.manifests.policy import unrestricted
from tests.unit.plans import a_plan


def spec(plan, copy):
    return application_manifests(plan, copy)[1]["spec"]


def test_the_copies_share_nothing_that_kafka_or_flink_would_mix_up():
    """Group, transactional id, sink, storage, name and label differ."""
    for pipeline in ("ad_events", "ad_events_files"):
        stable, chaos = (set(copy.model_dump().values()) - {""} for copy in a_plan(pipeline=pipeline).copies.values())
        assert not stable & chaos


def test_each_role_of_each_copy_has_a_label_of_its_own():
    """Litmus takes several labels as a union."""
    labels = [
        spec(a_plan(), copy)[role]["podTemplate"]["metadata"]["labels"]["chaos"]
        for copy in Copy
        for role in ("jobManager", "taskManager")
    ]
    assert len(set(labels)) == 4


def test_a_fragile_pipeline_has_no_high_availability():
    """That is what makes it lose records when its JobManager dies."""
    plan = a_plan(pipeline="ad_events_fragile")
    assert "high-availability.type" not in spec(plan, Copy.CHAOS)["flinkConfiguration"]
    assert "'scan.startup.mode' = 'latest-offset'" in application_manifests(plan, Copy.CHAOS)[0]["data"]["job.sql"]


def test_the_loader_is_never_restarted():
    """Or an id would come twice."""
    assert loader_manifests(a_plan())[1]["spec"]["flinkConfiguration"]["restart-strategy.type"] == "none"


def test_sink_and_checkpoints_follow_the_guarantee():
    """Both, or the promise is not what is tested."""
    config_map, deployment = application_manifests(a_plan(delivery_guarantee="AT_LEAST_ONCE"), Copy.CHAOS)
    assert "'sink.delivery-guarantee' = 'at-least-once'" in config_map["data"]["job.sql"]
    assert deployment["spec"]["flinkConfiguration"]["execution.checkpointing.mode"] == "AT_LEAST_ONCE"


def test_names_fit_into_kubernetes():
    """A FlinkDeployment's name has 45 characters at most."""
    assert all(len(copy.deployment) <= 45 for copy in a_plan().copies.values())


def test_an_unknown_name_in_a_script_is_told_with_those_there_are():
    """Whoever writes SQL sees what can be filled in."""
    with pytest.raises(ScriptError, match=r"x.sql: 'nonsense' .* known names: topic"):
        fill("x.sql", "SELECT ${nonsense}", {"topic": "t"})


def test_the_report_has_a_table_for_each_named_query():
    """The line `-- name:` begins one."""
    assert list(report_queries(a_plan())) == ["by valid_status"]


def with_jar(plan, args):
    """The plan with an application that is a jar of its own."""
    jar = {"sql": "", "jar_uri": "local:///orders.jar", "entry_class": "Orders", "args": args}
    application = plan.pipeline.application.model_copy(update=jar)
    return plan.model_copy(update={"pipeline": plan.pipeline.model_copy(update={"application": application})})


def test_a_jar_gets_its_arguments_and_no_script():
    """Filled in as a script is."""
    plan = with_jar(a_plan(), ["--group", "${group_id}"])
    (deployment,) = application_manifests(plan, Copy.CHAOS)
    job, pod = deployment["spec"]["job"], deployment["spec"]["podTemplate"]["spec"]
    assert (job["jarURI"], job["entryClass"]) == ("local:///orders.jar", "Orders")
    assert (job["args"], "volumes" in pod) == (["--group", plan.copies[Copy.CHAOS].group], False)


def test_an_unknown_name_in_an_argument_is_told_with_its_file():
    """And with those there are."""
    plan = with_jar(a_plan(), ["${topic}"])
    with pytest.raises(ScriptError, match=r"ad_events.yaml: application.args: 'topic' .* known names: run_key, "):
        application_manifests(plan, Copy.CHAOS)


def test_the_loader_ends_with_its_flush_records():
    """They follow the last number; a pipeline without windows has none."""
    ends = {"ad_event_counts": "200063", "ad_events": "199999"}
    for pipeline, last in ends.items():
        script = loader_manifests(a_plan(pipeline=pipeline))[0]["data"]["job.sql"]
        assert f"'fields.n.end' = '{last}'" in script


def test_state_of_the_windows_is_written_by_the_taskmanagers():
    """However little it is, or a fault of the storage would pass them by."""
    configuration = spec(a_plan(pipeline="ad_event_counts"), Copy.CHAOS)["flinkConfiguration"]
    assert configuration["execution.checkpointing.data-inline-threshold"] == "0"


@pytest.mark.parametrize(("fault", "kept"), [("node_drain", True), ("pod_delete", False)])
def test_a_drained_node_takes_neither_control_nor_loader(fault, kept):
    """Both stay off the chaos copy's nodes, and together, so that it finds another one."""
    plan = a_plan(fault=fault)
    stable, loader = application_manifests(plan, Copy.STABLE)[-1], loader_manifests(plan)[-1]
    for deployment in (stable, loader):
        for role in ("jobManager", "taskManager"):
            affinity = deployment["spec"][role]["podTemplate"].get("spec", {}).get("affinity", {})
            assert (set(affinity) == {"podAntiAffinity", "podAffinity"}) is kept
    chaos = application_manifests(plan, Copy.CHAOS)[-1]["spec"]["taskManager"]["podTemplate"]
    assert "spec" not in chaos


def with_user(plan, user):
    """The plan in an environment whose image has another user."""
    flink = plan.environment.flink.model_copy(update={"user": user})
    return plan.model_copy(update={"environment": plan.environment.model_copy(update={"flink": flink})})


@pytest.mark.parametrize("user", [9999, 1000, None])
def test_namespaces_of_the_level_restricted_accept_copies_and_loader(user):
    """As whatever user but root; without one, as the image's or the namespace's."""
    plan = with_user(a_plan(), user)
    for manifests in (application_manifests(plan, Copy.STABLE), application_manifests(plan, Copy.CHAOS), loader_manifests(plan)):
        pod = manifests[-1]["spec"]["podTemplate"]["spec"]
        assert list(unrestricted(pod)) == []
        assert pod["securityContext"].get("runAsUser") == user


def test_an_image_that_needs_root_gets_it():
    """If the environment says so."""
    context = application_manifests(with_user(a_plan(), 0), Copy.CHAOS)[-1]["spec"]["podTemplate"]["spec"]["securityContext"]
    assert (context["runAsUser"], context["runAsNonRoot"]) == (0, False)
