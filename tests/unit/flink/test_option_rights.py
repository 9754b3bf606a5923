import re

import pytest
from flink_chaos.flink.option_rights import INSTEAD, require_rights
from flink_chaos.flink.options import COMMON
from flink_chaos.flink.scripts import ScriptError
from pydantic import ValidationError

from tests.unit.flink.test_isolation import scripted
from tests.unit.flink.test_options import plan

CODE = [
    "env.java.opts.all", "env.java.opts", "env.java.opts.taskmanager", "env.log.dir", "env.ssh.opts", "pipeline.classpaths", "pipeline.jars",
    "pipeline.cached-files", "pipeline.name", "kubernetes.secrets", "kubernetes.env.secretKeyRef", "kubernetes.hostnetwork.enabled",
    "kubernetes.service-account", "kubernetes.jobmanager.service-account", "kubernetes.pod-template-file.default",
    "kubernetes.pod-template-file", "kubernetes.taskmanager.node-selector", "kubernetes.container.image", "kubernetes.config.file",
    "containerized.master.env.LD_PRELOAD", "containerized.taskmanager.env.X", "security.module.factory.classes", "security.ssl.rest.enabled",
    "metrics.reporters", "metrics.reporter.x.factory.class", "metrics.reporter.x.host", "fs.default-scheme", "fs.s3a.endpoint", "s3.endpoint",
    "s3.access-key", "plugin.classloader.parent-first-patterns.additional", "classloader.resolve-order", "python.executable", "python.files",
    "high-availability.type", "high-availability", "high-availability.storageDir", "rest.port", "rest.address", "jobmanager.rpc.address",
    "jobmanager.scheduler", "jobmanager.archive.fs.dir", "jobmanager.failure-enrichers", "state.checkpoints.dir", "execution.checkpointing.dir",
    "execution.checkpointing.storage", "state.backend.rocksdb.localdir", "state.backend.rocksdb.options-factory", "execution.job-listeners",
    "execution.savepoint.path", "execution.target", "taskmanager.memory.process.size", "parallelism.default", "io.tmp.dirs",
    "flink.hadoop.fs.defaultFS", "job.autoscaler.enabled", "kubernetes.operator.job.restart.failed", "unheard.of", "sql-gateway.x",
]  # fmt: skip
UNDONE = {
    "execution.checkpointing.mode": "AT_LEAST_ONCE",
    "execution.runtime-mode": "BATCH",
    "kubernetes.operator.job.restart.failed": "true",
    "kubernetes.operator.cluster.health-check.enabled": "TRUE",
    "kubernetes.operator.job.upgrade.last-state-fallback.enabled": "true",
    "kubernetes.operator.deployment.rollback.enabled": "true",
    "web.exception-history-size": "0",
    "web.checkpoints.history": "1",
    "web.timeout": "1",
}
SPELLED = [
    ("EXECUTION.CHECKPOINTING.MODE", "AT_LEAST_ONCE"),
    (" execution.checkpointing.mode", "AT_LEAST_ONCE"),
    ("execution.checkpointing.mode ", "EXACTLY_ONCE"),
    ("execution.checkpointing.mode\n", "AT_LEAST_ONCE"),
    ("execution.checkpointing.mode\t", "AT_LEAST_ONCE"),
    ("a: 1\nenv.java.opts.all", "-x"),
    ("restart-strategy.type: none\nx", "y"),
    ("heartbeat.timeout", "5s\nenv.java.opts.all: -agentlib:x"),
    ("heartbeat.timeout", "5s\r\nenv.java.opts.all: -agentlib:x"),
    ("heartbeat.timeout", "5s\u2028env.java.opts.all: -agentlib:x"),
    ("heartbeat.timeout", "$(touch /x)"),
    ("state.backend.type", "file:///etc/passwd"),
    ("heartbeat.timeout", ""),
]


@pytest.mark.parametrize("name", CODE)
def test_a_trigger_sets_no_option_that_is_code_or_a_place(name):
    """Whoever may start a run may not run code in the namespace, nor reach its secrets."""
    with pytest.raises(ScriptError, match=r"^flink_configuration: [^\n]*$") as told:
        require_rights(plan(flink_configuration={name: "x"}))
    assert name in str(told.value)


@pytest.mark.parametrize(("name", "value"), SPELLED)
def test_a_spelling_that_flink_may_read_otherwise_is_refused(name, value):
    """Flink trims names and reads an option a line; what is told stays one line."""
    with pytest.raises(ValueError, match=re.escape(name.strip()[:4])) as refused:
        require_rights(plan(flink_configuration={name: value}))
    error = refused.value
    told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    assert "\n" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("execution.checkpointing.tolerable-failed-checkpoints", "1"),
        ("restart-strategy.type", "none"),
        ("restart-strategy", "exponential-delay"),
        ("restart-strategy.exponential-delay.jitter-factor", "0.1"),
        ("execution.checkpointing.interval", "30 s"),
        ("state.backend.type", "rocksdb"),
        ("heartbeat.timeout", "PT30S"),
        ("taskmanager.memory.managed.size", "64 mb"),
    ],
)
def test_a_trigger_may_set_what_is_safe(name, value):
    """How the application recovers is what is tested."""
    require_rights(plan(flink_configuration={name: value}))


@pytest.mark.parametrize("widened", ["env.java.opts.all", "env.java.opts.", "env.*"])
def test_an_environment_may_allow_more(widened):
    """By name or by beginning; by an older name too."""
    given = plan(flink_configuration={"env.java.opts": "-Xlog:gc:file=/tmp/gc.log"})
    with pytest.raises(ScriptError, match="whoever starts a run may not set it"):
        require_rights(given)
    require_rights(allowing(given, widened))


def allowing(given, *names):
    flink = given.environment.flink.model_copy(update={"trigger_options": list(names)})
    return given.model_copy(update={"environment": given.environment.model_copy(update={"flink": flink})})


@pytest.mark.parametrize(("name", "value"), UNDONE.items())
def test_what_the_plan_decides_nobody_undoes(name, value):
    """Neither a trigger, whatever its environment allows, nor a profile or its SQL."""
    if name != "execution.checkpointing.mode":  # which is refused even before
        with pytest.raises(ScriptError, match="decides it"):
            require_rights(allowing(plan(flink_configuration={name: value}), name))
        for place in ("environment", "application"):
            with pytest.raises(ScriptError, match=rf"yaml: \w+.configuration: {name}: .* decides it"):
                require_rights(plan(**{place: {name: value}}))
    with pytest.raises(ScriptError, match=rf"include/sql/ad_events.sql: SET: {name}: .* decides it"):
        require_rights(scripted(lambda text: f"SET '{name}' = '{value}';\n{text}"))


def test_a_trigger_repeats_no_option_that_the_plan_decides():
    """Even where it says the same: the parameter is the one way."""
    with pytest.raises(ScriptError, match="use that") as told:
        require_rights(plan(flink_configuration={"execution.checkpointing.mode": "EXACTLY_ONCE"}))
    assert "delivery_guarantee" in str(told.value)


@pytest.mark.parametrize("place", ["environment", "application"])
def test_a_profile_may_say_what_the_plan_says(place):
    """However it is spelled; and all else that is no option of the plan."""
    same = {name: value for name, value in COMMON.items() if name != "env.java.opts.all"}
    require_rights(
        plan(**{place: {**same, "execution.checkpointing.mode": "exactly-once", "kubernetes.secrets": "s:/s"}})
    )


@pytest.mark.parametrize("option", INSTEAD)
def test_a_refusal_names_what_to_use_instead(option):
    """Where there is something."""
    with pytest.raises(ScriptError, match=r"use the parameter|decides it|[Rr]emove it"):
        require_rights(plan(flink_configuration={option: "x"}))


def test_all_problems_are_told_at_once():
    """In one line."""
    with pytest.raises(ScriptError, match=r"^flink_configuration: a\.b: .*; flink_configuration: c\.d: [^\n]*$"):
        require_rights(plan(flink_configuration={"a.b": "1", "c.d": "2"}))


@pytest.mark.parametrize("text", ["0", "0 ms", "5 ms", "100 d", "601 s"])
@pytest.mark.parametrize("place", ["environment", "application", "flink_configuration"])
def test_an_interval_has_the_bounds_of_its_parameter(place, text):
    """Without checkpoints, or with one in a hundred days, there is no guarantee to test."""
    with pytest.raises(
        ValueError,
        match=r"^execution.checkpointing.interval: .*(below 10 ms, the least that Flink takes|less than or equal to 600)$",
    ):
        plan(**{place: {"execution.checkpointing.interval": text}})


@pytest.mark.parametrize("option", ["execution.checkpointing.interval", "execution.checkpointing.timeout"])
@pytest.mark.parametrize("text", ["0", "5 ms", "10 h", "soon"])
def test_an_interval_that_sql_sets_has_the_same_bounds(option, text):
    """It counts over the parameter."""
    require_rights(scripted(lambda script: f"SET '{option}' = '30 s';\n{script}"))
    with pytest.raises(ScriptError, match=rf"^include/sql/ad_events\.sql: SET: .*{text}[^\n]*$"):
        require_rights(scripted(lambda script: f"SET '{option}' = '{text}';\n{script}"))


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r"])
def test_no_line_end_hides_what_sql_sets(odd):
    """Java took the SET for a line of its own, and Python for a part of the comment."""
    with pytest.raises(ScriptError, match=r"ad_events\.sql:1: .*ends a line for some readers only"):
        require_rights(scripted(lambda text: f"-- remark{odd}SET 'execution.checkpointing.mode' = 'AT_LEAST_ONCE';\n{text}"))


@pytest.mark.parametrize("name", ["a--b", "a/*b", "it's"])
def test_no_name_in_back_ticks_hides_what_sql_sets(name):
    """As it hides nothing from Flink."""
    hidden = f"CREATE VIEW v AS SELECT 1 AS `{name}`; SET 'execution.checkpointing.mode' = 'AT_LEAST_ONCE';"
    with pytest.raises(ScriptError, match=r"execution\.checkpointing\.mode: .* decides it"):
        require_rights(scripted(lambda text: f"{hidden}\n{text}"))
