"""What looks like a secret by itself, whatever stands before it: in addresses, and tokens of known shapes.

No pattern looks at the same character more than a few times.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flink_chaos.model.secret_keys import is_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = (
    "://", "hooks.slack", "bearer", "xox", "akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-",
    "github_pat_", "sk_", "rk_", "sk-", "npm_", "eyj", "aiza", "sig=", "signature=", "-----begin",
)  # fmt: skip
"""Each shape has one of them, in whatever case."""

LOGIN = r"://[^\s:/@\"'<>]{0,200}:(?!//|\d+(?:[/?#,]|$))(?P<value>(?:[^\s\"'<>:]|:(?!//)){1,4000})@"
USER_ALONE = r"\bhttps?://(?P<value>[^\s/@:?#,\"'<>]{1,4000})@"
SIGNATURE = (
    r"(?<![\w.-])(?i:sig|signature|x-(?:amz|goog)-(?:signature|credential|security-token))="
    r"(?P<value>[^\s&\"'<>]{6,})"
)
JWT = (
    r"(?<![\w-])(?=[\w-]*+\.[\w-]{8,}+\.)[\w-]*?(?<!\w)"
    r"(?P<value>eyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+)"
)
"""Sought from the beginning of a word that has the dots of one: else each `-eyJ` of a long word would be followed."""

PRIVATE_KEY = r"(?P<value>-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))"
TOKENS = (
    r"(?P<value>\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}\b|xox[a-z]-[\w-]{8,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|AIza[\w-]{35}"
    r"|glpat-[\w-]{16,}|[sr]k_(?:live|test)_\w{8,}|npm_[A-Za-z0-9]{20,}|sk-(?=[\w-]{0,40}\d)[\w-]{20,}"
    r"|hooks\.slack\.com/(?:services|workflows|triggers)/[^\s\"'<>]+|Bearer\s+(?=\S*\d)[\w.~+/=-]{8,}))"
)
SHAPES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (LOGIN, "address"), (USER_ALONE, "address"), (SIGNATURE, "signature"),
        (JWT, "text"), (PRIVATE_KEY, "text"), (TOKENS, "text"),
    )
)  # fmt: skip


def looks_in(text: str) -> Iterator[tuple[str, int, int]]:
    """What each is, where it begins and ends, in no order."""
    for pattern, name in SHAPES:
        for match in pattern.finditer(text):
            if not is_reference(match["value"]):
                yield name, match.start("value"), match.end("value")
