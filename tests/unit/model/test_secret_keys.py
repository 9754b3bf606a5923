"""Names of secrets, and values that are none."""

import pytest
from flink_chaos.model.secret_keys import holds_secret, is_secret

OPAQUE = "hunter2secret"


@pytest.mark.parametrize(
    "name",
    [
        "fs.azure.sas.CONT.ACCT.blob.core.windows.net", "fs.azure.account.key.a.dfs.core.windows.net", "containerized.taskmanager.env.DBPASS", "dbpass", "db.pass", "DB_PASS_1",
        "password1", "password_2", "x.license.key", "licenseKey", "licence-key", "signing.key", "hmac_key", "webhookKey", "passwort", "kennwort", "cookie", "Set-Cookie",
        "passcode", "tokens", "password.prod", "fields.password", "secret_id",
    ],
)  # fmt: skip
def test_a_name_of_a_secret_is_known(name):
    """Whatever it is called, and whatever stands behind it."""
    assert is_secret(name)
    assert holds_secret(name, OPAQUE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fields.token_count.start", "1"), ("fields.token_count.max", "5"), ("fields.token.min", "1"), ("fields.password.null-rate", "0.1"), ("fields.password_resets.end", "9"),
        ("fields.token.expression", "#{Name.first_name}"), ("security.delegation.tokens.renewal.time-buffer", "5min"), ("app.max-tokens", "100"), ("rate-limiter.tokens", "100"),
        ("app.password-resets.topic", "resets"), ("app.credentials.topic", "c"), ("app.token.index", "tokens"), ("app.password.min", "8"), ("app.secret.rotation.days", "30"),
        ("max-tokens", "100"), ("token-topic", "tokens"), ("password-resets-topic", "password-resets"), ("token-bucket", "5"), ("token.window", "PT5M"), ("token.share", "0.5"),
        ("secret.sizing", "5 MB"), ("credentials.impl", "com.x.MyCredentials"), ("token.dfs", "true"), ("compass", OPAQUE), ("bypass", OPAQUE), ("passed", OPAQUE),
        ("monkey", OPAQUE), ("cookie.domain", OPAQUE), ("sas.region", OPAQUE), ("primary.key", OPAQUE), ("key.fields", OPAQUE),
        ("--user", "1000:1000"), ("--user", "me"), ("user", "system:serviceaccount:flink"),
    ],
)  # fmt: skip
def test_what_is_no_secret_may_have_such_a_name(name, value):
    """By its last word, its column, or a value that is an amount, a duration or a class."""
    assert not holds_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "123456"), ("token", "5min"), ("pin.password", "1234"), ("app.token.window", OPAQUE), ("tokens", OPAQUE), ("password", "com.x.MySecret"),
        ("--user", "admin:hunter2"), ("-u", "admin:hunter2"), ("--proxy-user", "u:p"), ("fields.token.secret", OPAQUE),
    ],
)  # fmt: skip
def test_a_plain_value_is_a_secret_where_the_name_ends_in_one(name, value):
    """A password may be a number."""
    assert holds_secret(name, value)
