"""Which names are names of secrets, and which values only refer to one."""

from __future__ import annotations

import re

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
PARTING = re.compile(r"[^a-z0-9]+")

WORDS = (
    r"pass(?:word|wd|phrase|code)s?|pwd|secrets?|secret ?key|tokens?|api ?key|access ?key(?: id)?|account ?key"
    r"|service ?key|private ?key|encryption ?key|master ?key|shared ?key|credentials?|auth ?params"
    r"|basic ?auth(?:entication)?|user ?info|http ?headers|authori[sz]ation|connection ?string"
)
SECRET = re.compile(rf"(?:\b|(?<=[a-z]))(?:{WORDS})\b|\bssl (?:key|keystore key)(?: pem)?$|\b(?:sas|pass)$")
"""After the parts of a name are parted by spaces: `fs.s3a.secret.key`, `secretKey` and `SECRET_KEY` are one."""

HARMLESS = re.compile(
    r"\b(?:files?|keyfile|path|location|dir|ref|names?|class(?:es)?|factory|providers?|type|enabled|enable|url|uri|"
    r"endpoint|algorithm|mechanism|format|alias|interval|backoff|ratio|timeout|ttl|lifetime|renewal|expiry|expiration|"
    r"length|count|size|ms|seconds|env|variable|var|patterns?|required|column|field|source|mode|kind|policy|scope|"
    r"audience|issuer|version|limit|strategy|handler)$"
)
"""Ends of names that tell of a secret and hold none: where it is, what it is called, whether it is used."""

REFERS = re.compile(r"\bref$|^kubernetes secrets$|\bpull secrets$")
JAAS = re.compile(r"\bjaas config$")
MODULE = re.compile(r"\\*[\"']?\s*[\w.$]+\s+(?:required|requisite|sufficient|optional)\b")
"""How a JAAS configuration begins; what it holds has names of its own."""

REFERENCE = re.compile(r"\$?\$\{[^{}]*\}|\$\([A-Za-z_]\w*\)|\[hidden\]|\*{3,}|<redacted>")
NO_SECRETS = re.compile(r"(?i)true|false|null|none|")
PRESENTATION = re.compile(r"[\s'\";,\\]+")


def plain(name: str) -> str:
    """The parts of a name in small letters, with a space between them."""
    return PARTING.sub(" ", HUMP.sub(" ", name).lower()).strip()


def is_secret(name: str) -> bool:
    """Whether a value under this name is a secret; JAAS configurations hold theirs inside."""
    words = plain(name)
    return bool(SECRET.search(words)) and not any(one.search(words) for one in (HARMLESS, REFERS, JAAS))


def holds_secret(name: str, value: str) -> bool:
    """Whether a value under this name is a secret itself, and no reference to one."""
    if is_reference(value):
        return False
    return is_secret(name) or (JAAS.search(plain(name)) is not None and not MODULE.match(value))


def may_hold(name: str) -> bool:
    """Whether a value under this name is worth a closer look."""
    return is_secret(name) or refers(name) or JAAS.search(plain(name)) is not None


def refers(name: str) -> bool:
    """Whether a value under this name says which Kubernetes Secret is meant, and so looks like a secret itself."""
    return REFERS.search(plain(name)) is not None


def is_reference(value: str) -> bool:
    """Whether a value holds nothing itself: `${env:NAME}` and the like, a truth value, nothing at all."""
    left = PRESENTATION.sub("", REFERENCE.sub("", value))
    return NO_SECRETS.fullmatch(left) is not None
