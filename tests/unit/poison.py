"""Records with something that strangers would put into every text of them."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

from flink_chaos.model.base import Record

BLANK = ("HANGUL FILLER", "SEONG FILLER", "SMALL SCRIPT FILLER", "VARIATION SELECTOR", "PATTERN BLANK", "GRAPHEME JOINER", "VOWEL INHERENT")
"""In the names of letters and marks that nobody sees."""


def _acts(letter: str) -> bool:
    hidden = any(word in unicodedata.name(letter, "") for word in BLANK)
    return hidden or unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


ACTING = "".join(chr(number) for number in range(sys.maxunicode + 1) if _acts(chr(number)))
"""Every character of Unicode that acts on what shows it, or cannot be seen."""

SOME = "\0\x07\x08\x1b[31m\x1b]0;title\x07\x7f\x85\x9b1m\xad\u061c\u200b\u200e\u202e\u2028\u2029\u2066\ufeff\U000e0041\ue000"
"""Those that somebody would try first."""

WHOLE = {*ACTING} - {"\n", "\t"}


def poisoned(value: Any, evil: str) -> Any:
    """The same with `evil` behind every free text in it, keys of mappings too; nothing is validated."""
    if isinstance(value, Record):
        own = {name: getattr(value, name) for name, field in type(value).model_fields.items() if _is_free(field)}
        return value.model_copy(update={name: poisoned(one, evil) for name, one in own.items()})
    if isinstance(value, dict):
        return {poisoned(key, evil): poisoned(one, evil) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(poisoned(one, evil) for one in value)
    return value + evil if type(value) is str else value


def acting_in(text: str) -> set[str]:
    """Characters in it that act."""
    return WHOLE & set(text)


def _is_free(field: Any) -> bool:
    """A literal, such as the kind of a fact, is not."""
    return "Literal" not in str(field.annotation)
