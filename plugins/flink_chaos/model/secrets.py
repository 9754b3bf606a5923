"""Finds secrets in texts: to refuse them where a person wrote them, and to mask them where they would be written.

What is found is what stands under the name of a secret (`sasl.password=...`), in an address (`https://user:...@host`),
or looks like one by itself (a token of AWS or Slack, a private key).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from flink_chaos.model.secret_keys import holds_secret, is_reference, may_hold, refers

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = re.compile(
    r"(?i)pass|pwd|secret|token|key|cred|auth|jaas|user\W?info|http\W?headers|\bsas\b|connection\W?string"
    r"|://\S*@|hooks\.slack|bearer|xox|akia|asia|gh[pousr]_|eyj|aiza"
)
"""Most texts have none of it, and are not looked at more closely."""
HEAD = re.compile(r"(?<![\w$@./-])(?P<name>[\w$@./-]*\w)(?:\\*[\"'`\]])?\s*(?:=>|:=|={1,2}|:(?!//))\s*")
VALUE = re.compile(
    r'"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.|'')*'"
    r"|(?P<quote>\\+[\"'])[^\n]*?(?<!\\)(?P=quote)"
    r"|(?:(?:Bearer|Basic|Digest|Token|ApiKey)\s+)?[^\s\"'`\\]+"
)
FLAG = re.compile(r"(?<!\S)--?(?P<name>[A-Za-z][\w.-]*)\s+(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s-]\S*)")
ELEMENT = re.compile(r"<(?P<name>[\w.-]+)>(?P<value>[^<>]+)</")
ADDRESS = re.compile(r"://[^\s:/@\"'<>]{0,200}:(?!\d+(?:[/?#,]|$))(?P<value>[^\s\"'<>]{1,300})@")
LOOKS = re.compile(
    r"(?P<value>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bxox[a-z]-[\w-]{8,}|\bgh[pousr]_\w{20,}|\bAIza[\w-]{35}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|hooks\.slack\.com/services/\S+|\bBearer\s+(?=\S*\d)[\w.~+/=-]{8,})",
    re.DOTALL,
)
GAP = r"(?:\s|/\*.*?\*/|--[^\n]*\n)*"
SQL_OPTION = re.compile(rf"'(?P<name>(?:[^']|''){{1,200}})'{GAP}={GAP}'(?P<value>(?:[^']|'')*)'", re.DOTALL)


BEGINNING = 100
"""Characters behind a value without quotes that tell whether it is the beginning of a JAAS configuration."""

DEEPEST = 30
"""Levels of data, as those of a profile."""

Location = tuple[int | str, ...]
TOLD = (
    "holds a secret, which plan, report and ConfigMap would tell. Put it into a Kubernetes Secret and refer to it "
    "(docs/security.md)"
)


class Found(NamedTuple):
    """A secret in a text: under which name, and where its value stands."""

    name: str
    start: int
    end: int


def found_in(text: str) -> list[Found]:
    """Every secret in a text that anybody or anything wrote, in no order."""
    if not QUICK.search(text):
        return []
    return [*_keyed(text), *_marked(text), *_shaped(text)]


def found_in_sql(script: str) -> list[Found]:
    """The same in a script: of `name = 'value'` only options, as a column may be called `token`."""
    found = []
    for match in SQL_OPTION.finditer(script):
        name, value = match["name"], match["value"].replace("''", "'")
        if found_in_value(name, value):
            found.append(Found(name, match.start("value"), match.end("value")))
    inside = [range(one.start, one.end) for one in found]
    return [*found, *(one for one in _shaped(script) if not any(one.start in span for span in inside))]


def found_in_value(name: str, value: str) -> bool:
    """Whether a setting of that name holds a secret."""
    return not refers(name) and (holds_secret(name, value) or bool(found_in(value)))


def places_in(data: Any, place: Location = ()) -> Iterator[Location]:
    """Where in a person's data secrets stand. Names of columns are none, whatever they are called.

    What is nested deeper than DEEPEST is not looked at: nobody takes it.
    """
    if len(place) > DEEPEST:
        return
    if isinstance(data, dict):
        for key, one in data.items():
            yield from () if key == "columns" else places_in(one, (*place, str(key)))
    elif isinstance(data, list):
        words = [_written(one) for one in data if not isinstance(one, dict | list)]
        yield from [place] if any(_marked(" ".join(words))) else []
        for number, one in enumerate(data):
            yield from places_in(one, (*place, number))
    elif data is not None and not isinstance(data, bool):
        name = next((part for part in reversed(place) if isinstance(part, str)), "")
        yield from [place] if found_in_value(name, _written(data)) else []


def _written(value: object) -> str:
    """Its text; Python writes no integer of more than 4,300 digits, and no secret is one."""
    try:
        return str(value)
    except ValueError:
        return ""


def _keyed(text: str) -> Iterator[Found]:
    """What follows `name=`; a value without a secret name may hold such names itself."""
    done = 0
    for head in HEAD.finditer(text):
        name = head["name"]
        if head.start() < done or not may_hold(name) or not (value := VALUE.match(text, head.end())):
            continue
        if refers(name) or is_reference(value[0]):
            done = value.end()
        elif holds_secret(name, text[value.start() : value.end() + BEGINNING]):
            done = value.end()
            yield Found(name, value.start(), done)


def _marked(text: str) -> Iterator[Found]:
    """What follows `--name`, or stands in `<name>`."""
    for pattern in (FLAG, ELEMENT):
        for match in pattern.finditer(text):
            if holds_secret(match["name"], match["value"]):
                yield Found(match["name"], match.start("value"), match.end("value"))


def _shaped(text: str) -> Iterator[Found]:
    for pattern, name in ((ADDRESS, "address"), (LOOKS, "text")):
        for match in pattern.finditer(text):
            if not is_reference(match["value"]):
                yield Found(name, match.start("value"), match.end("value"))
