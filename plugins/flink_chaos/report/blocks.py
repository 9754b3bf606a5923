"""Slack's Block Kit, cut to Slack's limits: one text that is too long, and Slack refuses the whole message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flink_chaos.model.text import one_line, visible
from flink_chaos.report.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

Block = dict[str, Any]

HEADER, SECTION, BLOCKS = 150, 3_000, 50
"""Characters of a header and of a section, blocks of a message: documented."""
MESSAGE = 9_000
"""Characters of all blocks. Not documented; messages of 11,000 were refused (`msg_blocks_too_long`)."""
ROWS, CELL, LINE = 20, 40, 200
"""What a person still reads in a chat."""


def header(text: str) -> Block:
    """Large letters, no markup."""
    return {"type": "header", "text": {"type": "plain_text", "text": clip(one_line(text), HEADER), "emoji": True}}


def section(text: str) -> Block:
    """A paragraph in Slack's markup."""
    return {"type": "section", "text": _markup(text)}


def context(text: str) -> Block:
    """A line in small grey letters."""
    return {"type": "context", "elements": [_markup(text)]}


def bullets(title: str, lines: Sequence[str], most: int = 2_000) -> Block:
    """Lines of markup under a title, as many as there is room for."""
    head = f"*{title}*"
    kept = _fitting(lines, most - len(head))
    return section("\n".join([head, *kept, *_more(len(lines) - len(kept), "line")]))


def grid(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Block:
    """A table in letters of one width, as many rows as there is room for."""
    head = f"*{plain(title, HEADER)}*\n```"
    shown = [[_cell(value) for value in row] for row in rows[:ROWS]]
    lines = [escape(clip(line, LINE)) for line in table([_cell(name) for name in columns], shown)]
    kept = _fitting(lines, SECTION - len(head) - 40)
    more = _more(len(lines) - len(kept) + len(rows) - len(shown), "row")
    return section("\n".join([head + "\n".join(kept) + "```", *more]))


def within(further: Sequence[Block], *, beside: Sequence[Block], what: str) -> list[Block]:
    """As many further blocks as a message has room for beside a header and the others."""
    room = MESSAGE - sum(map(_size, beside))
    most = BLOCKS - len(beside) - 2
    kept: list[Block] = []
    for block in further[:most]:
        room -= _size(block)
        if room < 0:
            break
        kept.append(block)
    return [*kept, *(context(text) for text in _more(len(further) - len(kept), what))]


def plain(text: str, most: int) -> str:
    """Any text on one line, at most so many characters as it is sent; it can neither call people nor end a table."""
    told = clip(one_line(text, most), most).replace("`", "'")
    while len(sent := escape(told)) > most:
        told = clip(told, max(1, len(told) - max(1, (len(sent) - most) // 4)))
    return sent


def escape(text: str) -> str:
    """Slack's three characters; without this `<!channel>` in an error message would call everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, most: int) -> str:
    """At most so many characters, and a sign that some are missing."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _cell(value: Any) -> Any:
    """Numbers stay numbers; a back-tick would end the table."""
    if value is None or isinstance(value, int | float):
        return value
    return clip(one_line(str(value), CELL), CELL).replace("`", "'")


def _markup(text: str) -> dict[str, Any]:
    """Slack makes no links of names that it finds in it: a channel or person in an error message is not called."""
    return {"type": "mrkdwn", "text": visible(text), "verbatim": True}


def _fitting(lines: Sequence[str], room: int) -> list[str]:
    """Whole lines from the first: half an escaped character is none."""
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def _more(left: int, what: str) -> list[str]:
    return [f"_and {left:,} more {what}{'s' if left > 1 else ''}_"] if left else []


def _size(block: Block) -> int:
    return len(json.dumps(block, ensure_ascii=False))
