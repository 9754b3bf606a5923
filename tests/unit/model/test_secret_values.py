"""How a value is written behind its name, and where it ends."""

import pytest
from flink_chaos.model.masking import MASK, masked

CANARY = "hunter2"
OPEN = [
    'password="{}', "password='{}", r"password=\"{}", "password=`{}", 'two lines: password="{}\nsecret"', '{{"s3.secret-key": "{}long',
    'env.java.opts.all: -Dmy.password="{}secret', 'password="""{}', "x password='a\nb {}", r'{{\"a\": \"password=\\\"{}',
]  # fmt: skip
WRITTEN = [
    "password=`{}`", 'password="""{}"""', "password='''{}'''", 'password=a"{}"', "password=a'b c'{}", "password='a'\"{}\"", "password='it'\"'\"'s {}'", r"password='it'\''s {}'", 'password=""{}', 'password="a""{}"',
    "password: correct horse {}", "  - password: correct horse {}\nnext: line", "password: |\n  {}\n  more {}\nnext: line", "password: >-\n\t{}\n\n\tx{}\n",
    "Authorization: Negotiate {}", "authorization: NTLM {}", 'Authorization: Digest username="u", response="{}"', "-H 'Authorization: Custom {}'",
    "Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature={}", "Cookie: a=b; SESSION={}", "Set-Cookie: {}; Path=/",
    r"password=a\{}", "--password -{}", "[--password, {}]", "sh -c '--password {}'", "--user admin:{}", "curl -u admin:{} https://h", '--password ""{}',
    '{{"name":"DB_PASSWORD","value":"{}"}}', r'{{\"name\":\"DB_PASSWORD\",\"value\":\"{}\"}}', "- name: DB_PASSWORD\n  value: {}", "EnvVar(name=DB_PASSWORD, value={}, x)",
    '{{"key":"s3.secret-key","value":"{}"}}', "<name>fs.s3a.secret.key</name><value>{}</value>", "<name>a.password</name>\n  <value>\n{}</value>",
]  # fmt: skip


@pytest.mark.parametrize("text", OPEN + WRITTEN)
def test_a_value_is_masked_to_its_end(text):
    """Also where a quote is never closed, in other quotes, over several lines, in parts, or apart from its name."""
    told = masked(f"before\n{text.format(CANARY, CANARY)}")
    assert CANARY not in told
    assert told.startswith("before\n")
    assert MASK in told
    assert masked(told) == told


@pytest.mark.parametrize("quote", ['"', "'", "`", '\\"'])
def test_an_open_quote_hides_no_more_than_some_lines(quote):
    """A log is read for what else is in it."""
    text = f"password={quote}{CANARY}\n" + "later line of the log\n" * 5_000
    told = masked(text)
    assert CANARY not in told
    assert told.count("later line") > 4_700
    assert masked(told) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"password": "a", "user": "b"}', '{"password": "***", "user": "b"}'),
        ("{\"x\": \"password=a\", 'y': 'b'}", "{\"x\": \"password=***\", 'y': 'b'}"),
        ("password='it''s a' and more", "password='***' and more"),
        ("password: correct horse\nuser: b", "password: ***\nuser: b"),
        ("password:\n  a\nuser: b", "password:\n  ***\nuser: b"),
        ("password=a user=b", "password=*** user=b"),
        ("password: |\n  a\nuser: b", "password: ***\nuser: b"),
        ("Authorization: Basic a HTTP/1.1", "Authorization: *** HTTP/1.1"),
        ("--password a --user b", "--password *** --user b"),
        ("--use-token --user b -Dtoken.count=1", "--use-token --user b -Dtoken.count=1"),
        ("--user 1000:1000 --user me", "--user 1000:1000 --user me"),
        ('x "password="a"" y', 'x "password="***"" y'),
        ("sh -c 'x password=\"a\"' and 'more'", "sh -c 'x password=\"***\"' and 'more'"),
        ('"password": "", "user": "b"', '"password": "", "user": "b"'),
    ],
)
def test_what_stands_behind_a_value_stays(text, told):
    """So that a message still tells what happened."""
    assert masked(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "'fields.token.min': holds a secret, which plan would tell", "parameters: password: holds a secret", "volume: token: not found", "flink_configuration: app.max-tokens: whoever starts a run may not set it", "x: the.token: the environment's `storage` decides it", "x.yaml:3: secret: no such setting; mind",
        "tokens: 100 left", "token_count=5, user=b", "app.token.size: 5 MB", "secret.rotation: P30D", "TopicAuthorizationException: Not authorized to access x",
        "credentials-source=com.x.MySource", "fields.token.start=1", "token.refresh.after: 1.5h.",
        'the field "password:" is missing', "write `password:`; then more", "a 'token=' is there", "'token:', then",
    ],
)  # fmt: skip
def test_a_sentence_an_amount_or_a_class_is_no_secret(text):
    """Refusals of ours tell what is wrong with a setting."""
    assert masked(text) == text
