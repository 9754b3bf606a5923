import re

import pytest
from flink_chaos.flink.isolation import require_isolation
from flink_chaos.flink.scripts import ScriptError
from flink_chaos.model.flink_options import OLDER_NAMES

from tests.unit.flink.test_options import plan as a_plan_with_options
from tests.unit.plans import a_plan

PIPELINES = (
    "ad_events",
    "ad_events_by_user",
    "ad_events_files",
    "ad_event_counts",
    "ad_events_fragile",
    "ad_events_short_transactions",
)
ALL = ["${source_topic}", "${group_id}", "${sink_topic}", "${transactional_id_prefix}"]


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize("guarantee", ["EXACTLY_ONCE", "AT_LEAST_ONCE"])
def test_what_is_shipped_is_confined_to_its_run(pipeline, guarantee):
    """None of it is refused."""
    require_isolation(a_plan(pipeline=pipeline, delivery_guarantee=guarantee))


def jar(args, configuration=None, key="application", **request):
    """A plan whose application, or loader, is a jar with these arguments."""
    plan = a_plan(**request)
    given = {"sql": "", "jar_uri": "local:///orders.jar", "entry_class": "Orders", "args": args}
    if configuration is not None:
        given["configuration"] = configuration
    program = getattr(plan.pipeline, key).model_copy(update=given)
    return plan.model_copy(update={"pipeline": plan.pipeline.model_copy(update={key: program})})


@pytest.mark.parametrize("missing", ALL)
def test_a_jar_that_is_not_told_its_topics_is_refused(missing):
    """It would take those that it knows: both copies would write to production's."""
    require_isolation(jar(ALL))
    with pytest.raises(ScriptError, match=r"application.args: does not use \$\{\w+\}: .*such as production's") as told:
        require_isolation(jar([name for name in ALL if name != missing]))
    assert missing in str(told.value)


def test_a_jar_may_take_its_names_from_flinks_options():
    """As its profile says."""
    require_isolation(jar(ALL[:2], {"orders.sink": ALL[2], "orders.transactions": ALL[3]}))


def test_a_jar_without_transactions_needs_no_name_for_them():
    """Nobody fences anybody."""
    require_isolation(jar(ALL[:3], delivery_guarantee="AT_LEAST_ONCE"))


@pytest.mark.parametrize("args", [["${source_topic}"], ["${run_key}"], ["--topic", "orders"]])
def test_a_loader_that_ignores_topic_or_run_is_refused(args):
    """It would fill a topic of others, with records of no run."""
    with pytest.raises(ScriptError, match=r"loader.args: does not use \$\{"):
        require_isolation(jar(args, key="loader"))
    require_isolation(jar(["${source_topic}", "${run_key}"], key="loader"))


def scripted(change):
    """A plan whose application's SQL is changed."""
    plan = a_plan()
    name = plan.pipeline.application.sql
    return plan.model_copy(update={"scripts": plan.scripts | {name: change(plan.scripts[name])}})


@pytest.mark.parametrize("name", ALL)
def test_sql_with_a_name_of_its_own_is_refused(name):
    """And one in a comment is none."""
    with pytest.raises(ScriptError, match=r"ad_events\.sql: does not use"):
        require_isolation(scripted(lambda text: text.replace(name, "orders") + f"\n-- {name}"))


SIDE = """
CREATE TABLE IF NOT EXISTS `dead_letters` (x STRING) WITH ('connector' = 'kafka', -- a;b
  'topic' = '%s', 'x' = ';');
INSERT INTO `dead_letters` SELECT 'INSERT INTO nothing' FROM t;
"""


def test_sql_that_writes_beside_the_runs_own_topic_is_refused():
    """Such as to production's topic of dead letters; reading another one hurts nobody."""
    with pytest.raises(ScriptError, match="writes table dead_letters to topic orders-dlq, which is not the run's"):
        require_isolation(scripted(lambda text: text + SIDE % "orders-dlq"))
    require_isolation(scripted(lambda text: text + (SIDE % "rates").split("INSERT")[0]))


def test_sql_that_writes_into_its_source_is_refused():
    """The other copy would read it."""
    with pytest.raises(ScriptError, match="to topic ad-events, which is not the run's"):
        require_isolation(scripted(lambda text: text + SIDE % "${source_topic}"))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("CREATE TABLE t2 WITH ('connector'='kafka','topic'='prod') AS SELECT 1 AS a;", "table t2 to topic prod"),
        ("INSERT INTO processed /*+ OPTIONS('topic'='prod') */ SELECT 1;", "table processed to topic prod"),
        ("CREATE TABLE t2 (a INT) WITH ('connector'='jdbc'); INSERT INTO t2 SELECT 1;", "table t2 to jdbc"),
        ("CREATE TABLE t2 (a INT); INSERT INTO t2 SELECT 1;", "table t2 to a place that the script does not name"),
        ("CREATE TABLE t2 WITH ('topic'='prod') LIKE processed; INSERT INTO t2 SELECT 1;", "table t2 to topic prod"),
        ("CREATE TABLE t2 LIKE ad_events; INSERT INTO t2 SELECT 1;", "table t2 to topic ad-events"),
        ("INSERT INTO processed/*+OPTIONS ('properties.bootstrap.servers'='p:1')*/SELECT 1;", r"topic ad-events-out-\w+ of p:1"),
        ("CREATE TABLE t2 LIKE processed; EXECUTE STATEMENT SET BEGIN INSERT INTO t2 SELECT 1; END;", ""),
        ("CREATE VIEW v AS SELECT * FROM hive.db.t; CREATE CATALOG hive WITH ('type'='hive');", ""),
        (
            "CREATE TABLE t2 (a INT) WITH ('connector'='filesystem','path'='s3://p'); INSERT INTO t2 SELECT 1;",
            "path s3://p",
        ),
        ("CREATE TABLE t2 (a INT) WITH ('connector'='blackhole'); INSERT INTO t2 SELECT 1;", ""),
        ("CREATE TABLE t2 (a INT) WITH ('connector'='kafka','topic'='${sink_topic}'); INSERT INTO t2 SELECT 1;", ""),
        ("CREATE TABLE t2 (a INT) WITH ('connector'='jdbc');", ""),
    ],
)
def test_sql_writes_only_to_what_is_surely_the_runs(more, told):
    """However it says so; what it only reads is its own affair."""
    changed = scripted(lambda text: f"{text}\n;\n{more}")
    if not told:
        require_isolation(changed)
        return
    with pytest.raises(ScriptError, match=f"{told}, which is not the run's"):
        require_isolation(changed)


PROD = "CREATE TEMPORARY TABLE prod (x STRING) WITH ('connector'='kafka','topic'='production');\n"
OWN = "(x STRING) WITH ('connector'='kafka','topic'='${sink_topic}');\n"
PRINT = "CREATE TEMPORARY TABLE %s (`it's` STRING) WITH ('connector'='print');"


@pytest.mark.parametrize(
    ("hidden", "told"),
    [
        (f"{PRINT % 'a'} INSERT INTO prod SELECT * FROM ad_events; {PRINT % 'b'}", "writes table prod to topic production"),
        ("INSERT INTO prod SELECT 1 AS `a--b`;", "writes table prod to topic production"),
        ("INSERT INTO p SELECT * FROM ad_events; DROP TEMPORARY TABLE p; CREATE TEMPORARY TABLE p " + OWN, "writes table p to a place"),
        (f"CREATE TABLE p LIKE prod; INSERT INTO p SELECT 1; DROP TABLE p; CREATE TABLE p {OWN}", "nobody can tell what it writes to"),
        (f"CREATE TABLE p LIKE prod; CREATE TABLE IF NOT EXISTS p {OWN} INSERT INTO p SELECT 1;", "p is declared already"),
        ("CREATE CATALOG c WITH ('type'='hive'); INSERT INTO c.db.processed SELECT 1;", "c.db may be others'"),
        ("USE CATALOG c; INSERT INTO db.processed SELECT 1;", "nobody can tell what it writes to"),
        ("INSERT INTO processed /*+ OPTIONS(U&'\\0074opic'='production') */ SELECT 1;", "which Flink's SQL does not know"),
        ("INSERT INTO processed /*+ OPTIONS('topic'='production') */ SELECT 1;", "writes table processed to topic production"),
        ("EXECUTE PLAN '/plan.json';", "nobody can tell what it writes to"),
        ("DELETE FROM prod;", "nobody can tell what it writes to"),
        ("UPDATE prod SET x = 1;", "nobody can tell what it writes to"),
        ("TRUNCATE TABLE prod;", "nobody can tell what it writes to"),
        ("ALTER TABLE processed SET ('topic'='production');", "nobody can tell what it writes to"),
        ("SET 'table.sql-dialect' = 'hive';", "write each SET before the first INSERT"),
        ("CREATE TABLE p (x STRING) WITH ('connector'='kafka','topic'='${sink_topic}' '-x'); INSERT INTO p SELECT 1;", "expected ,"),
    ],
)  # fmt: skip
def test_nothing_hides_that_a_script_writes_elsewhere(hidden, told):
    """Neither quotes, comments and names, nor a statement that nobody looked at; the line is told."""
    with pytest.raises(ScriptError) as error:
        require_isolation(scripted(lambda text: f"{text}\n{PROD}{hidden}"))
    assert told in str(error.value)
    assert re.match(r"include/sql/ad_events\.sql:\d+: `", str(error.value))


def loaded(change):
    """A plan whose loader's SQL is changed."""
    plan = a_plan()
    name = plan.pipeline.loader.sql
    return plan.model_copy(update={"scripts": plan.scripts | {name: change(plan.scripts[name])}})


def test_a_loader_writes_its_topic_only():
    """However it says so."""
    require_isolation(loaded(lambda text: f"SET 'pipeline.name' = 'l';{text}"))
    with pytest.raises(ScriptError, match=r"ad_events_loader\.sql:\d+: .* writes table prod to topic production"):
        require_isolation(loaded(lambda text: f"{text}{PROD}INSERT INTO prod SELECT 1 AS `it's`; SELECT 1 AS `it's`"))


@pytest.mark.parametrize("changed", [scripted, loaded])
def test_another_dialect_of_sql_is_refused(changed):
    """It would be read by other rules."""
    with pytest.raises(ScriptError, match=r"Flink option table\.sql-dialect: .*Remove it"):
        require_isolation(changed(lambda text: f"SET 'table.sql-dialect' = 'hive';\n{text}"))
    with pytest.raises(ScriptError, match=r"Flink option table\.sql-dialect: .*Remove it"):
        require_isolation(a_plan_with_options(environment={"table.sql-dialect": "hive"}))


@pytest.mark.parametrize("query", ["INSERT INTO chaos SELECT * FROM no_chaos", "SELECT 1; DROP TABLE t"])
def test_a_report_only_reads(query):
    """The gateway would run it as it is."""
    plan = a_plan()
    report = {plan.pipeline.report: f"-- name: one\nSELECT 1;\n-- name: two\n{query};\n"}
    with pytest.raises(ScriptError, match=r"ad_events_report\.sql: two:1: `\w+ .*`: a report only reads"):
        require_isolation(plan.model_copy(update={"scripts": plan.scripts | report}))


FOLDERS = ["execution.checkpointing.dir", "execution.checkpointing.savepoint-dir", "high-availability.storageDir"]
SPELLED = [name for option in FOLDERS for name in (option, *OLDER_NAMES[option])]


@pytest.mark.parametrize("name", SPELLED)
@pytest.mark.parametrize("place", ["environment", "application", "flink_configuration"])
def test_a_folder_of_state_that_both_copies_share_is_refused(name, place):
    """By whatever name, from wherever it was copied."""
    with pytest.raises(ScriptError, match="both copies would keep their state in s3://prod/state"):
        require_isolation(a_plan_with_options(**{place: {name: "s3://prod/state"}}))


def test_a_folder_of_each_copys_own_is_allowed():
    """As its group is its own."""
    require_isolation(a_plan_with_options(application={"state.checkpoints.dir": "s3://other/${group_id}"}))


def test_a_folder_that_sql_sets_is_refused_too():
    """It counts more than the deployment's."""
    with pytest.raises(ScriptError, match="both copies would keep their state in s3://prod"):
        require_isolation(scripted(lambda text: f"SET 'state.checkpoints.dir' = 's3://prod';\n{text}"))


@pytest.mark.parametrize("name", ["execution.savepoint.path", "execution.state-recovery.path", "kubernetes.cluster-id"])
def test_options_that_belong_to_the_run_or_the_operator_are_refused(name):
    """A copy that began with production's state would not begin where the run says."""
    with pytest.raises(ScriptError, match=f"Flink option {name}: .*Remove it"):
        require_isolation(a_plan_with_options(environment={name: "x"}))
