"""What looks like a secret whatever stands before it."""

import pytest
from flink_chaos.model.masking import MASK, masked, masked_sql

CANARY = "hunter2aB3"
LONG = CANARY * 4
LOOKS = [
    f"github_pat_{LONG}", f"glpat-{LONG}", f"sk_live_{LONG}", f"rk_test_{LONG}", f"npm_{LONG}", f"sk-proj-{LONG}", f"sk-{LONG}", f"xoxe-{LONG}",
    f"https://{CANARY}@host/", f"http://{CANARY}@host:80/x", f"https://u:{CANARY}@h/x?a=b", f"https://hooks.slack.com/workflows/T1/{CANARY}",
    f"https://hooks.slack.com/triggers/T1/{CANARY}", f"?sv=2022&sig={CANARY}%3D", f"sv=2022&sig={CANARY}&se=1", f"https://s3/b?X-Amz-Signature={CANARY}&x=1",
    f"https://s3/b?AWSAccessKeyId=A&Signature={CANARY}&Expires=1", f"https://gs/b?X-Goog-Signature={CANARY}", f"at -eyJhbGciOiJI.eyJ{CANARY}.{CANARY} of",
    f"x.eyJhbGciOiJI.eyJ{CANARY}.{CANARY}", f"https://a:8080/x,https://u:{CANARY}@b/x",
]  # fmt: skip


@pytest.mark.parametrize("text", LOOKS)
def test_what_looks_like_a_secret_is_masked(text):
    """In SQL too, where names do not count."""
    for told in (masked(f"x {text}"), masked_sql(f"SELECT '{text}'")):
        assert CANARY not in told
        assert MASK in told


@pytest.mark.parametrize(
    "text",
    [
        "https://host:8080/a@b", "https://host/path@1.2", "abfss://container@acct.dfs.core.windows.net/p", "https://${TOKEN}@host",
        "s3://bucket/x?versionId=3", "disk-1234567890123456789012", "sk-", "eyJ.", "design=abcdefgh", "npm_config_user_agent_and_more", "hooks.slack.com",
    ],
)  # fmt: skip
def test_what_only_resembles_one_stays(text):
    """Addresses, names of files and of variables."""
    assert masked(text) == text
