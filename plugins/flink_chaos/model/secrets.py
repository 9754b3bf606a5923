"""Finds secrets in texts: to refuse them where a person wrote them, and to mask them where they would be written.

What is found is what stands under the name of a secret (`sasl.password=...`), in an address (`https://user:...@host`),
or looks like one by itself (a token of AWS or Slack, a private key).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from flink_chaos.model.secret_keys import holds_secret, is_reference, may_hold, refers
from flink_chaos.model.secret_looks import PARTS, looks_in
from flink_chaos.model.secret_values import holds_none, value_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HINTS = (
    *PARTS, "pass", "wort", "pwd", "secret", "token", "key", "cred", "auth", "jaas", "user", "header", "sas", "cookie",
    "connection", "login", "-u",
)  # fmt: skip
"""Most texts have none of it, and are not looked at more closely."""

QUOTE = r"(?:\\*[\"'`])?"
HEAD = re.compile(r"(?<![\w$@./-])(?P<name>[\w$@./-]*\w)(?:\\*[\"'`\]])?\s*(?:=>|:=|={1,2}|:(?!//))\s*")
PAIR = re.compile(
    rf"(?i)(?<![\w.-])(?:name|key){QUOTE}\s{{0,20}}[:=]\s{{0,20}}{QUOTE}(?P<name>[\w.$/-]{{1,200}}){QUOTE}"
    rf"\s{{0,40}},?\s{{0,40}}{QUOTE}(?:value|default){QUOTE}\s{{0,20}}[:=]\s{{0,20}}"
)
"""A name and its value apart, as Kubernetes and Flink have them: `name: DB_PASSWORD, value: ...`."""

FLAG = re.compile(
    rf"(?<![^\s\"'`=\[(,])(?P<name>--?[A-Za-z][\w.-]*){QUOTE}(?:\s*,\s*|\s+)"
    rf"(?!{QUOTE}(?:--|-\w(?:\s|$)|-[A-Za-z][\w.-]*=))"
)
"""Another option is no value: `--x`, `-x`, `-Dx=...`."""

ELEMENT = re.compile(r"<(?P<name>[\w.-]{1,200})>(?P<value>[^<>]+)</")
PROPERTY = re.compile(r"<name>\s{0,99}(?P<name>[\w.-]{1,200})\s{0,99}</name>\s{0,99}<value>(?P<value>[^<>]+)")
PROSE = re.compile(r"[A-Za-z][A-Za-z ,.;!?-]*")

GAP = r"(?>\s++|/\*(?>[\s\S]{0,1000}?\*/)|--[^\n]{0,500}+\n){0,50}+"
SQL_OPTION = re.compile(rf"'(?P<name>(?:[^']|''){{1,200}}+)'{GAP}={GAP}'(?P<value>(?:[^']|'')*+)'")

TOLD = (
    "holds a secret, which plan, report and ConfigMap would tell. Put it into a Kubernetes Secret and refer to it "
    "(docs/security.md)"
)


class Found(NamedTuple):
    """A secret in a text: under which name, and where its value stands."""

    name: str
    start: int
    end: int


def is_hinted(text: str) -> bool:
    """Whether a text has anything that every text with a secret has."""
    small = text.lower()
    return any(part in small for part in HINTS)


def found_in(text: str, *, prose: bool = False) -> list[Found]:
    """Every secret in a text that anybody or anything wrote, in no order.

    :param prose: sentences for people, in which `Password: reset events` may stand.
    """
    if not is_hinted(text):
        return []
    named = [*_behind(text, HEAD), *_behind(text, PAIR), *_behind(text, FLAG), *_between(text)]
    return [*(one for one in named if not (prose and _is_prose(text, one))), *_shaped(text)]


def found_in_sql(script: str) -> list[Found]:
    """The same in a script: of `name = 'value'` only options, as a column may be called `token`."""
    options = (
        Found(match["name"], match.start("value"), match.end("value"))
        for match in SQL_OPTION.finditer(script)
        if found_in_value(match["name"], match["value"].replace("''", "'"))
    )
    return outermost([*options, *_shaped(script)])


def found_in_value(name: str, value: str) -> bool:
    """Whether a setting of that name holds a secret."""
    return not refers(name) and (holds_secret(name, value) or bool(found_in(value)))


def outermost(found: Iterable[Found]) -> list[Found]:
    """Those that lie within no other, by their place; those that overlap as one."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if kept and one.start < kept[-1].end:
            kept[-1] = kept[-1]._replace(end=max(one.end, kept[-1].end))
        else:
            kept.append(one)
    return kept


def _behind(text: str, pattern: re.Pattern[str]) -> Iterator[Found]:
    """Values behind what the pattern finds; one without a secret name may hold such names itself."""
    done = 0
    for head in pattern.finditer(text):
        name = head["name"]
        if head.start() < done or not may_hold(name) or holds_none(text, name, head):
            continue
        done = value_end(text, name, head)
        if not (refers(name) or is_reference(text[head.end() : done])):
            yield Found(name, head.end(), done)


def _between(text: str) -> Iterator[Found]:
    """What stands in `<name>`, or in the `<value>` behind a `<name>`."""
    for pattern in (ELEMENT, PROPERTY):
        for match in pattern.finditer(text):
            if holds_secret(match["name"], match["value"]):
                yield Found(match["name"], match.start("value"), match.end("value"))


def _shaped(text: str) -> Iterator[Found]:
    return (Found(*one) for one in looks_in(text))


def _is_prose(text: str, one: Found) -> bool:
    """Whether words without a digit stand behind a colon and a blank."""
    return text.endswith(": ", 0, one.start) and PROSE.fullmatch(text, one.start, one.end) is not None
