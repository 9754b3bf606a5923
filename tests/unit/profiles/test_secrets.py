"""A secret in a file of include/ is refused before anything repeats it."""

from __future__ import annotations

import shutil

import pytest
from flink_chaos.profiles.catalogue import Catalogue, include_folder
from flink_chaos.profiles.reading import ProfileError

CANARY = "cAnAry-7f3"
CONFIGURATION = "  configuration:\n"


@pytest.fixture
def changed(tmp_path):
    """The shipped profiles with one file changed."""

    def change(file, old, new):
        folder = tmp_path / "include"
        shutil.copytree(include_folder(), folder)
        path = folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
        return Catalogue(folder)

    return change


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("s3.secret-key", CANARY),
        ("s3.access-key", CANARY),
        ("fs.azure.account.key.acct.blob.core.windows.net", CANARY),
        ("security.ssl.rest.key-password", CANARY),
        ("env.java.opts.all", f"-Djavax.net.ssl.trustStorePassword={CANARY}"),
        ("containerized.master.env.AWS_SECRET_ACCESS_KEY", CANARY),
        ("metrics.reporter.x.apikey", CANARY),
        ("orders.url", f"https://u:{CANARY}@host/x"),
        ("orders.sasl.jaas.config", f"'org.X required password=\"{CANARY}\";'"),
        ("fs.azure.sas.c.a.blob.core.windows.net", f"'sv=2022&sig={CANARY}'"),
        ("containerized.taskmanager.env.DBPASS", CANARY),
        ("env.java.opts.all", f"-Ddbpass={CANARY}"),
        ("env.java.opts.all", f"'-Dmy.password=\"{CANARY}'"),
        ("x.license.key", CANARY),
        ("orders.url", f"https://{CANARY}@host/"),
        ("orders.cookie", f"SESSION={CANARY}"),
    ],
)
def test_a_secret_among_flinks_options_is_refused_with_file_line_and_remedy(changed, name, value):
    """The message tells no secret itself."""
    catalogue = changed("environments/lab.yaml", CONFIGURATION, f"{CONFIGURATION}    {name}: {value}\n")
    with pytest.raises(
        ProfileError, match=r"lab\.yaml:\d+: flink\.configuration\..*Kubernetes Secret.*security\.md"
    ) as told:
        catalogue.environment("lab")
    assert name in str(told.value)
    assert CANARY not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "line",
    [
        "kubernetes.secrets: kafka:/opt/secrets/kafka",
        'kubernetes.env.secretKeyRef: "env:AWS_SECRET_ACCESS_KEY,secret:s3,key:secret"',
        "orders.sasl.jaas.config: 'org.X required password=\"${directory:/opt/secrets/kafka:password}\";'",
        "fs.s3a.aws.credentials.provider: com.amazonaws.auth.WebIdentityTokenCredentialsProvider",
        "security.delegation.tokens.enabled: 'false'",
    ],
)
def test_a_reference_to_a_secret_is_what_a_profile_holds(changed, line):
    """By the ways that Flink and Kafka's clients have."""
    changed("environments/lab.yaml", CONFIGURATION, f"{CONFIGURATION}    {line}\n").environment("lab")


def test_a_secret_in_sql_is_refused_with_file_line_and_option(changed):
    """It would stand in plan and ConfigMap."""
    option = f"'properties.sasl.jaas.config' = 'org.X required username=\"u\" password=\"{CANARY}\";',"
    catalogue = changed("sql/ad_events.sql", "'connector' = 'kafka',", f"'connector' = 'kafka',\n  {option}")
    with pytest.raises(
        ProfileError, match=r"ad_events\.sql:\d+: 'properties\.sasl\.jaas\.config': holds a secret"
    ) as told:
        catalogue.script("ad_events.sql")
    assert CANARY not in str(told.value)
    line = int(str(told.value).split(":")[1])
    assert CANARY in (catalogue.folder / "sql/ad_events.sql").read_text().splitlines()[line - 1]


@pytest.mark.parametrize(
    ("file", "old", "new", "read"),
    [
        ("suites/nightly.yaml", "pipeline: ad_events", "flink_configuration: {s3.secret-key: %s}", lambda c: c.suite("nightly")),
        ("faults/pod_delete.yaml", "environment:\n", "environment:\n  AWS_SECRET_ACCESS_KEY: %s\n", lambda c: c.fault("pod_delete")),
        ("environments/lab.yaml", "storage: hdfs://", "storage: s3://key:%s@", lambda c: c.environment("lab")),
        ("pipelines/ad_events.yaml", "  sql: ad_events.sql", "  args: [--password, %s]", lambda c: c.pipeline("ad_events")),
        ("pipelines/ad_events.yaml", "description: ", "description: password=%s ", lambda c: c.pipeline("ad_events")),
        ("pipelines/ad_events.yaml", "  sql: ad_events.sql", "  args: [--password, -%s]", lambda c: c.pipeline("ad_events")),
        ("pipelines/ad_events.yaml", "  sql: ad_events.sql", "  args: [--user, 'admin:%s']", lambda c: c.pipeline("ad_events")),
        ("pipelines/ad_events.yaml", "  sql: ad_events.sql", "  args: [--conf, '{\"name\":\"DB_PASSWORD\",\"value\":\"%s\"}']", lambda c: c.pipeline("ad_events")),
        ("pipelines/ad_events.yaml", "  sql: ad_events.sql", "  args: [--conf, 'password=\"%s']", lambda c: c.pipeline("ad_events")),
        ("pipelines/ad_events.yaml", "  sql: ad_events.sql", "  args: [--dbpass, %s]", lambda c: c.pipeline("ad_events")),
    ],
)  # fmt: skip
def test_a_secret_anywhere_in_a_profile_is_refused(changed, file, old, new, read):
    """All of them stand in the plan."""
    with pytest.raises(ProfileError, match="holds a secret") as told:
        read(changed(file, old, new % CANARY))
    assert CANARY not in str(told.value)


def test_a_column_may_be_called_token(changed):
    """It is a name, not a value."""
    found = changed("pipelines/ad_events.yaml", "    ad_id: BIGINT", "    token: STRING\n    password: STRING")
    assert "token" in found.pipeline("ad_events").output.columns


@pytest.mark.parametrize(
    "option",
    [
        "'fields.token_count.start' = '1'",
        "'fields.token_count.max' = '5'",
        "'fields.token.min' = '1'",
        "'fields.password.null-rate' = '0.1'",
        "'fields.password_resets.end' = '9'",
    ],
)
def test_an_option_of_a_column_is_no_secret(changed, option):
    """A column may have any name, in options of connectors too."""
    catalogue = changed("sql/ad_events_loader.sql", "'connector' = ", f"{option},\n  'connector' = ")
    assert option in catalogue.script("ad_events_loader.sql")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("description: ", "description: 'Password: reset events' #"),
        ("description: ", "description: 'Authorization: checks each event' #"),
        ("  sql: ad_events.sql", "  jar_uri: local:///x.jar\n  entry_class: X\n  args: [--max-tokens, '100']"),
        ("  sql: ad_events.sql", "  jar_uri: local:///x.jar\n  entry_class: X\n  args: [--token-topic, tokens]"),
        ("  sql: ad_events.sql", "  jar_uri: local:///x.jar\n  entry_class: X\n  args: [--token-bucket, '5']"),
        ("  sql: ad_events.sql", "  sql: ad_events.sql\n  configuration: {app.token.index: tokens}"),
        (
            "  sql: ad_events.sql",
            "  sql: ad_events.sql\n  configuration: {app.max-tokens: '100', app.password.min: '8'}",
        ),
        ("  sql: ad_events.sql", "  sql: ad_events.sql\n  configuration: {app.secret.rotation.days: '30'}"),
    ],
)
def test_what_only_tells_of_secrets_is_taken(changed, old, new):
    """An amount, a topic, a sentence."""
    changed("pipelines/ad_events.yaml", old, new).pipeline("ad_events")
