import json

import pytest
from flink_chaos.model import masking
from flink_chaos.model.masking import MASK, masked, masked_record, masked_sql, remember
from flink_chaos.model.secret_keys import is_secret
from flink_chaos.model.secret_places import PROFILE, places_in
from flink_chaos.model.secrets import found_in_sql
from hypothesis import given
from hypothesis import strategies as st

CANARY = "cAnAry-7f3#x"
TEXTS = [
    "sasl.password={}", "'sasl.password': '{}'", '"s3.secret-key": "{}"', "s3.access-key: {}", "fs.s3a.secret.key = {}", "AWS_SECRET_ACCESS_KEY={}",
    'sasl.jaas.config = org.apache.kafka.X required username="u" password="{}";', "KafkaError{{str=\"refused: sasl.password='{}'\"}}",
    r"x {{\"password\":\"{}\"}} y", r"password=\"a\\\"b{}\"", "password='it''s {}'", 'password="a b {} c"', 'clientSecret="{}"', "accessKeySecret: {}",
    "https://user:{}@host:80/x", "s3a://AK:{}/b+c@bucket/x", "https://:{}@host", "jdbc:mysql://h:3306/db?user=u&password={}", "Authorization: Bearer {}",
    "Authorization: Basic {}", "--password {}", "--sasl.password={}", "--token '{}'", "-Djavax.net.ssl.trustStorePassword={}", "<password>{}</password>",
    "token => {}", "OAuth token: {}", "fs.azure.account.key.acct.blob.core.windows.net: {}", "metrics.reporter.dg.apikey: {}", "X-Api-Key: {}",
    "basic.auth.user.info=u:{}", "ssl.key.pem={}", "pwd={}", "user=u,pass={}", "password = {},user=x", "passphrase: {}", "secret_id={}", "password:\n  {}",
    "-----BEGIN RSA PRIVATE KEY-----\nMII{}\nxyz\n-----END RSA PRIVATE KEY-----", "see https://hooks.slack.com/services/T1/B2/{}", "http-headers: x,{}",
    "delegation-token: {}", "security.ssl.rest.key-password: {}", "containerized.master.env.DB_PASSWORD: {}", "connection-string={}",
    "sasl.jaas.config={}", "'sasl.jaas.config': '{}'", "sasl.jaas.config = org.X required password={};",
]  # fmt: skip
HARMLESS = [
    "http://host:8080/a@b", "hdfs://198.18.0.1:8020/flink-chaos", "abfss://container@acct.dfs.core.windows.net/p", "hdfs://a:9000,hdfs://b:9000/@x",
    "record key=5 partition: 3", "security.delegation.tokens.enabled: false", "fs.s3a.aws.credentials.provider: com.x.Y", "kubernetes.secrets: a:/b",
    "kubernetes.env.secretKeyRef: env:A,secret:s,key:k", 'password="${env:P}"', "password=$${directory:/opt/secrets/kafka:password}",
    "sasl.oauthbearer.token.endpoint.url=https://x", "security.kerberos.login.keytab: /x", "'key.format' = 'raw', 'key.fields' = 'user_id'",
    "the token is expired", "passed: 3", "author: me", "monkey=1", "kubernetes.container.image.pull-secrets: regcred", "sasl.password=[hidden]",
    "sasl.jaas.config = null", 'sasl.jaas.config=org.X required username="u" password=${env:P};',
    "'avro-confluent.basic-auth.credentials-source' = 'USER_INFO'", 'secret "kafka" not found', "at 12:30:05 checkpoint 3: done", "password: ", "",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_secret_is_masked_however_it_is_written(text):
    """In a configuration, an exception, an address, a command line."""
    told = masked(f"before {text.format(CANARY)} after")
    assert CANARY not in told
    assert told.startswith("before ")
    assert MASK in told


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text):
    """Also what only says where a secret is."""
    assert masked(text) == text


@pytest.mark.parametrize("text", TEXTS)
def test_masking_twice_is_masking_once(text):
    """Records are read and written again."""
    once = masked(text.format(CANARY))
    assert masked(once) == once


@pytest.mark.parametrize("text", TEXTS)
def test_a_record_stays_a_record(text):
    """Each of its texts is masked by itself; lines of a part too."""
    record = {
        "kind": "failure",
        "message": text.format(CANARY),
        "seconds": 1.5,
        "list": [None, {"x": text.format(CANARY)}],
    }
    for written in (json.dumps(record, indent=2), json.dumps(record) + "\n" + json.dumps({"a": 1}) + "\n"):
        told = masked_record(written)
        assert CANARY not in told
        first = json.loads(told if "\n  " in told else told.splitlines()[0])
        assert (first["kind"], first["seconds"], len(first["list"])) == ("failure", 1.5, 2)


def test_a_record_without_secrets_stays_to_the_letter():
    """Its numbers too."""
    text = '{"seconds": 1.50, "at":"2026-01-01T00:00:00Z", "tokens": 5}\n'
    assert masked_record(text) == text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_any_record_can_be_read_again(data):
    """Whatever texts it holds."""
    text = json.dumps({"data": data})
    assert json.loads(masked_record(text)).keys() == {"data"}


@given(st.text(alphabet="ab=:'\"\\ ;,{}/@-<>", max_size=60))
def test_any_text_around_a_secret_hides_none(noise):
    """Masking ends, and what stands behind a secret's name is gone."""
    assert CANARY not in masked(f"{noise}\npassword={CANARY}")


OPTIONS = [
    "'properties.sasl.jaas.config' = 'org.X required username=\"u\" password=\"{}\";'",
    "'properties.sasl.jaas.config' = 'org.X required\n  username=\"u\"\n  password=\"{}\";'",
    "'properties.sasl.jaas.config' = 'org.X required password=''{}'';'",
    "'properties.ssl.truststore.password'='{}'",
    "'password' /* of the database */ = '{}'",
    "'password' = -- of the database\n '{}'",
    "'url' = 'jdbc:mysql://u:{}@host/db'",
    "'url' = 'jdbc:mysql://host/db?user=u&password={}'",
]


@pytest.mark.parametrize("option", OPTIONS)
def test_a_secret_in_sql_is_found_in_its_options(option):
    """In WITH, SET and hints."""
    script = f"CREATE TABLE t (a INT) WITH (\n'connector' = 'kafka',\n{option.format(CANARY)});"
    (found,) = found_in_sql(script)
    assert CANARY in script[found.start : found.end]
    assert CANARY not in masked_sql(script)


@pytest.mark.parametrize(
    "script",
    [
        "SELECT token, password FROM t WHERE token = 'abc' AND secret = 'x'",
        "CREATE TABLE t (token STRING, password STRING) WITH ('connector' = 'kafka', 'key.fields' = 'token')",
        "'properties.sasl.jaas.config' = 'org.X required password=\"$${directory:/opt/secrets/kafka:password}\";'",
        "'properties.sasl.password' = '$${env:KAFKA_PASSWORD}'",
    ],
)
def test_sql_without_a_secret_is_let_be(script):
    """A column may have any name; a reference holds nothing."""
    assert found_in_sql(script) == []
    plan = json.dumps({"scripts": {"a.sql": script}, "pipeline": {}})
    assert masked_record(plan) == plan


def test_a_remembered_secret_is_masked_without_its_name(monkeypatch):
    """As a client's error may tell it; a name or an id that happens to equal it is not."""
    monkeypatch.setattr(masking, "_known", set())
    remember("hunter-22-canary")
    assert masked("cannot log in with hunter-22-canary") == f"cannot log in with {MASK}"
    assert masked_record('{"topic": "hunter-22-canary"}') == '{"topic": "hunter-22-canary"}'


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ({"a": {"s3.secret-key": "x"}}, [("a", "s3.secret-key")]),
        ({"a": {"sasl.jaas.config": "x"}}, [("a", "sasl.jaas.config")]),
        ({"a": {"sasl.jaas.config": "org.X required keyTab='/x'"}}, []),
        ({"a": {"db.password": 123456}}, [("a", "db.password")]),
        ({"args": ["--servers", "k:9092", "--password", "x"]}, [("args", 3)]),
        ({"args": ["--password", "$${env:P}"]}, []),
        ({"args": ["--sasl.password=x"]}, [("args", 0)]),
        ({"storage": "s3://key:secret@bucket"}, [("storage",)]),
        ({"output": {"columns": {"token": "STRING"}}}, []),
        ({"configuration": {"kubernetes.env.secretKeyRef": "env:A,secret:s,key:k", "kubernetes.secrets": "s:/s"}}, []),
        (
            {"configuration": {"env.java.opts.all": "-Djavax.net.ssl.keyStorePassword=x"}},
            [("configuration", "env.java.opts.all")],
        ),
        ({"a": None, "secret": None, "password": True}, []),
    ],
)
def test_the_place_of_a_secret_is_named(data, places):
    """So that its line can be told."""
    assert places_in(data, PROFILE) == places


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("sasl.password", True), ("SASL_PASSWORD", True), ("trustStorePassword", True), ("sasl.jaas.config", False), ("secretKey", True),
        ("secretKeyRef", False), ("access-key", True), ("accesskey", True), ("token", True), ("token.endpoint.url", False), ("APIKey", True),
        ("password.file", False), ("compass", False), ("passed", False), ("broken", False), ("monkey", False), ("key", False), ("dbpassword", True),
    ],
)  # fmt: skip
def test_a_name_of_a_secret_is_known_however_it_is_spelled(name, secret):
    """With dots, dashes, humps or capitals."""
    assert is_secret(name) is secret
