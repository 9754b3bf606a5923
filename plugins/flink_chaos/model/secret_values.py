"""How a value is written behind its name in a text: where it ends, also where a quote is never closed.

Every pattern takes time in proportion to the text: what may fail again and again is bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flink_chaos.model.secret_keys import MODULE, PLAIN, USER_AND_PASSWORD, is_jaas, is_login, may_be_plain, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CLOSED, MOST_OPEN = 20_000, 4_096
"""Characters between two quotes of a line; and behind a quote that its line does not close."""

WORD = r"(?:[^\s\"'`\\]|\\(?![nrt\"'`\\\s]))++"
CLOSED = (
    rf'"(?:[^"\\\n]|\\.){{0,{MOST_CLOSED}}}+"'
    rf"|'(?:[^'\\\n]|\\.|''|'\"'\"'|'\\''){{0,{MOST_CLOSED}}}'"
    rf"|`[^`\n]{{0,{MOST_CLOSED}}}+`"
    rf"|(?P<escaped>\\+[\"'`])[^\n]{{0,{MOST_CLOSED}}}?(?<!\\)(?P=escaped)"
)
BEGINS = r"(?=[^\s,;.)\]}])"
"""Behind a quote that opens: one that closes what stood before has a blank or a mark behind it."""

OPEN = (
    rf'"{BEGINS}(?:[^"\\]|\\[\s\S]){{0,{MOST_OPEN}}}+(?:"|\S*)'
    rf"|'{BEGINS}(?:[^'\\]|\\[\s\S]){{0,{MOST_OPEN}}}+(?:'|\S*)"
    rf"|`{BEGINS}[^`\n]{{0,{MOST_OPEN}}}+[^\s`]*"
    rf"|(?P<opened>\\+[\"'`]){BEGINS}(?:[\s\S]{{0,{MOST_OPEN}}}?(?<!\\)(?P=opened)|[\s\S]{{0,{MOST_OPEN}}}+\S*)"
)
THRICE = rf"(?P<thrice>\"\"\"|''')[\s\S]{{0,{MOST_OPEN}}}?(?P=thrice)"
BLOCK = r"[|>][-+\d]{0,2}[ \t]*\r?\n(?P<indent>[ \t]+)[^\n]*(?:\n(?:(?P=indent)[^\n]*|[ \t]*(?=\n)))*+"
SCHEME = r"(?:(?:Bearer|Basic|Digest|Token|ApiKey|Negotiate|NTLM)\s+)?"

FIRST = re.compile(rf"{BLOCK}|{THRICE}|{CLOSED}|{OPEN}|{SCHEME}{WORD}")
NEXT = re.compile(
    rf"(?:(?<=[\"'`])(?=\w)|(?<=\")(?=\"[\w\"'`])|(?<=')(?='[\w\"'`])|(?<=`)(?=`[\w\"'`]))(?:{CLOSED}|{OPEN}|{WORD})"
    r"|(?<=[\w$\"'`])[\"'`](?=[\w\"'`])(?:[^\"'`\\\n]{0,100}[\"'`]|[^\s\"'`\\]*+)"
)
"""What touches a quoted part, or a quoted part that touches a word, belongs to it, as in a shell."""

HEADER = re.compile(r"authori[sz]ation$|cookies?$")
ITEM = r"(?:[^\s\"'`\\]|(?<==)\"[^\"\n]{0,2000}\")+"
HEADERS_VALUE = re.compile(rf"(?:[A-Za-z][\w-]{{1,30}}[ \t]+)?{ITEM}(?:(?<=[,;])[ \t]*{ITEM}){{0,100}}")
"""Of HTTP: a scheme and what follows, items with commas or semicolons between them."""

WORDS_OF_LINE = re.compile(r"[^\s\"'`\\]+(?:[ \t]+[^\s\"'`\\=:,;]+){1,20}[ \t]*(?=\r?\n|\Z)")
FRONT = 40
"""Characters before a name among which its line is looked for."""

PLAIN_AHEAD = re.compile(rf"\\*[\"'`]?{PLAIN}(?=[\s,;\"'`\\)}}\]<&]|\.?(?:\s|$))")
SENTENCE = re.compile(r"(?:no|not|is|its|are|was|has|holds|must|cannot|takes|needs|use|the|whoever)[ ,;]+[a-z]")
"""How a message about a setting goes on behind its name, which never begins the line."""


def holds_none(text: str, name: str, head: re.Match[str]) -> bool:
    """Whether no secret stands behind the head of that name: a plain value, a sentence, a JAAS configuration."""
    at = head.end()
    if is_jaas(name):
        return MODULE.match(text, at) is not None
    if is_login(name):
        return not USER_AND_PASSWORD.match(text, at)
    if head[0].endswith(": ") and SENTENCE.match(text, at) and not _begins_its_line(text, head):
        return True
    return PLAIN_AHEAD.match(text, at) is not None and may_be_plain(name)


def value_end(text: str, name: str, head: re.Match[str]) -> int:
    """Where the value behind the head of that name ends; the head's own end if there is none."""
    at = head.end()
    if HEADER.search(plain(name)) and (found := HEADERS_VALUE.match(text, at)):
        return found.end()
    if _begins_its_line(text, head) and (found := WORDS_OF_LINE.match(text, at)):
        return found.end()
    return max((part.end() for part in _parts(text, at)), default=at)


def _parts(text: str, at: int) -> Iterator[re.Match[str]]:
    part = FIRST.match(text, at)
    while part:
        yield part
        part = NEXT.match(text, part.end())


def _begins_its_line(text: str, head: re.Match[str]) -> bool:
    """Whether only marks stand before the name, and the value on the same line: then it is all that follows."""
    if head[0].rstrip()[-1] not in ":=":
        return False
    begin = max(0, head.start() - FRONT)
    before = text[begin : head.start()].rpartition("\n")
    whole = bool(before[1]) or begin == 0
    return whole and not before[2].strip(" \t\r-#\"'") and "\n" not in head[0]
