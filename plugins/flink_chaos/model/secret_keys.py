"""Which names are names of secrets, and which values are none: those that refer to one, and plain ones."""

from __future__ import annotations

import re
from functools import lru_cache

HINT = re.compile(r"(?i)pass|wort|pwd|secret|token|key|cred|auth|jaas|user|header|sas|cookie|connection|ref$")
"""What every name has that may name a secret or refer to one."""

LONGEST, REMEMBERED = 200, 1_000
"""Characters of a name, its last ones, that are looked at; and names whose parts are remembered."""

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
PARTING = re.compile(r"[^a-z0-9]+")
COLUMN = re.compile(r"^fields\..+\.(?=[\w-]+$)")
"""Before an option of one column, as datagen and faker have them: a column may have any name."""

WORDS = (
    r"pass(?:word|wort|wd|phrase|code)s?|kennwort|pwd|secrets?|tokens?|credentials?|auth ?params"
    r"|basic ?auth(?:entication)?|user ?info|http ?headers|authori[sz]ation|connection ?string"
    r"|(?:access|account|admin|api|cipher|encryption|hmac|licen[cs]e|master|private|root|secret|service|shared"
    r"|signature|signing|ssh|webhook) ?key(?: id)?"
)
START = r"(?:\b|(?<=[a-z]))"
CLIPPED = r"\b(?!(?:band|by|com|encom|high|low|multi|one|over|single|sur|tres|two|under)pass$)[a-z0-9]*pass"
LAST = rf"(?:{START}(?:{WORDS})|\bssl (?:key|keystore key)(?: pem)?|\bsas|{START}cookies?|{CLIPPED})\d*(?: \d+)?$"
SECRET = re.compile(rf"{START}(?:{WORDS})\d*\b|\bazure sas\b|{LAST}")
"""After the parts of a name are parted by spaces: `fs.s3a.secret.key`, `secretKey` and `SECRET_KEY` are one."""

ENDS_IN_SECRET = re.compile(LAST)
SEVERAL = re.compile(r"(?:tokens|secrets|passwords)$")
"""Names that end so may also count."""

HARMLESS = re.compile(
    r"\b(?:files?|keyfile|path|location|dir|directory|folder|ref|names?|prefix|suffix|class(?:es)?|factory|providers?|"
    r"handler|url|uri|endpoint|host|port|env|variable|var|columns?|fields?|source|topics?|table|index|bucket|queue|"
    r"stream|group|database|schema|exception|error|"
    r"type|kind|mode|format|encoding|algorithm|mechanism|alias|strategy|policy|scope|audience|issuer|version|patterns?|"
    r"enabled|enable|required|interval|backoff|ratio|rate|timeout|ttl|lifetime|renewal|expiry|expiration|rotation|"
    r"min|max|start|end|limit|length|len|count|size|buffer|retries|ms|millis|seconds|minutes|hours|days)$"
)
"""The last word of a name tells what its value is: a place, a name, a way or an amount, and not the secret."""

REFERS = re.compile(r"\bref$|^kubernetes secrets$|\bpull secrets$")
JAAS = re.compile(r"\bjaas config$")
MODULE = re.compile(r"\\*[\"']?\s*[\w.$]+\s+(?:required|requisite|sufficient|optional)\b")
"""How a JAAS configuration begins; what it holds has names of its own."""

LOGIN = re.compile(r"--?(?:u|user|userpwd|proxy-user|login)")
USER_AND_PASSWORD = re.compile(r"[\"'`]?[^\s:/\"'`]{1,200}:(?!\d+\b)[^\s\"'`]")
"""Of curl and the like; two numbers are ids of a user and a group."""

REFERENCE = re.compile(r"\$?\$\{[^{}]*\}|\$\([A-Za-z_]\w*\)|\[hidden\]|\*{3,}|<redacted>")
NO_SECRETS = re.compile(r"(?i)true|false|null|none|")
PRESENTATION = re.compile(r"[\s'\"`;,\\]+")
PLAIN = (
    r"(?:(?i:[-+]?\d{1,15}(?:\.\d{1,15})?(?:\s?(?:[kmgt]i?b?|b|bytes|ns|us|ms|s|sec|min|h|d|w|%"
    r"|(?:nano|micro|milli)?seconds?|minutes?|hours?|days?|weeks?))?|P(?=[T\d])[\dDTHMS.]{1,20})"
    r"|[a-z][a-z0-9_]{0,50}(?:\.[a-z][a-z0-9_]{0,50}){1,20}\.[A-Z][\w$]{0,100})"
)
"""An amount, a duration, the name of a class."""

ALL_PLAIN = re.compile(PLAIN)


def plain(name: str) -> str:
    """The parts of a name in small letters, with a space between them."""
    return _plain(name[-LONGEST:])


@lru_cache(REMEMBERED)
def _plain(name: str) -> str:
    return PARTING.sub(" ", HUMP.sub(" ", COLUMN.sub("", name)).lower()).strip()


def is_secret(name: str) -> bool:
    """Whether a value under this name is a secret; JAAS configurations hold theirs inside."""
    return _is_secret(plain(name))


@lru_cache(REMEMBERED)
def _is_secret(words: str) -> bool:
    return bool(SECRET.search(words)) and not any(one.search(words) for one in (HARMLESS, REFERS, JAAS))


def may_be_plain(name: str) -> bool:
    """Whether a secret of this name would be no plain number: something else is said of it, or there are several."""
    words = plain(name)
    return not ENDS_IN_SECRET.search(words) or SEVERAL.search(words) is not None


def holds_secret(name: str, value: str) -> bool:
    """Whether a value under this name is a secret itself, and no reference to one."""
    if is_reference(value):
        return False
    if is_jaas(name):
        return not MODULE.match(value)
    if is_secret(name):
        return not (may_be_plain(name) and ALL_PLAIN.fullmatch(value.strip()))
    return is_login(name) and USER_AND_PASSWORD.match(value) is not None


def may_hold(name: str) -> bool:
    """Whether a value under this name is worth a closer look."""
    if is_login(name):
        return True
    return HINT.search(name[-LONGEST:]) is not None and (is_secret(name) or refers(name) or is_jaas(name))


def is_login(name: str) -> bool:
    """Whether it is an option of a command line that takes user and password."""
    return LOGIN.fullmatch(name) is not None


def is_jaas(name: str) -> bool:
    """Whether a value under this name is a JAAS configuration."""
    return JAAS.search(plain(name)) is not None


def refers(name: str) -> bool:
    """Whether a value under this name says which Kubernetes Secret is meant, and so looks like a secret itself."""
    return REFERS.search(plain(name)) is not None


def is_reference(value: str) -> bool:
    """Whether a value holds nothing itself: `${env:NAME}` and the like, a truth value, nothing at all."""
    left = PRESENTATION.sub("", REFERENCE.sub("", value))
    return NO_SECRETS.fullmatch(left) is not None
