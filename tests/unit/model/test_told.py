"""Every record that holds texts of others cuts them, whoever makes it and whoever reads it."""

from datetime import UTC, datetime
from typing import get_args, get_type_hints

import pytest
from flink_chaos.model.base import Copy, Record, Told
from flink_chaos.model.facts import Check, Evidence, Preflight, Table
from flink_chaos.model.journal import FACT, AnyFact
from flink_chaos.model.observation import SEEN, AnySeen, EventSeen
from flink_chaos.model.recovery import Recovery
from flink_chaos.model.statistics import Repeated
from flink_chaos.model.suite import SuiteVerdict
from flink_chaos.model.verdict import Verdict

AT = datetime(2026, 1, 1, tzinfo=UTC)
HUGE = "x" * 10_000_000
OURS = (Recovery, Repeated)
"""Made by us of what was cut before."""


def nested(kind):
    """Every record that may be in one of that kind, itself too."""
    found = {kind}
    for hint in get_type_hints(kind).values():
        for one in [hint, *parts(hint)]:
            if isinstance(one, type) and issubclass(one, Record) and one not in OURS:
                found |= nested(one)
    return found


def parts(hint):
    """Types inside a type."""
    return [one for arg in get_args(hint) for one in [arg, *parts(arg)]]


KINDS = [*get_args(get_args(AnyFact)[0]), *get_args(get_args(AnySeen)[0]), Verdict, SuiteVerdict]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_seen_is_cut_where_it_comes_in(kind):
    """Every fact, everything that was looked at, every verdict, and all that is in them and has a text."""
    loose = [one for one in nested(kind) if not issubclass(one, Told) and str in _texts(one)]
    assert loose == []


def _texts(kind):
    hints = [hint for name, hint in get_type_hints(kind).items() if name != "kind"]
    return [one for hint in hints for one in [hint, *parts(hint)]]


def test_a_fact_of_megabytes_is_written_and_read_as_some_kilobytes():
    """Messages, names, keys and cells, however deep."""
    facts = [
        Preflight(at=AT, checks=[Check(name=HUGE, ok=True, message=HUGE)]),
        Evidence(at=AT, felt=True, message=HUGE, details={HUGE: HUGE}),
        Table(at=AT, name=HUGE, columns=[HUGE], rows=[[HUGE, {"a": [HUGE]}, 7, None]]),
    ]
    for fact in facts:
        written = fact.model_dump_json(by_alias=True)
        assert len(written) < 10_000
        assert "9,998,000 more bytes" in written
        assert FACT.validate_json(written) == fact


def test_a_fact_that_an_earlier_version_wrote_is_read_as_some_kilobytes():
    """It was not cut then."""
    written = f'{{"kind": "evidence", "at": "2026-01-01T00:00:00Z", "felt": true, "message": "{HUGE}"}}'
    assert len(FACT.validate_json(written).message) < 3_000


def test_half_of_a_character_is_its_escape():
    """JSON of others may hold it; a file of UTF-8 may not."""
    event = EventSeen(
        at_ms=1, copy=Copy.CHAOS, uid="u", about="a", warning=True, reason="\ud800", message="x\udfffy", count=1, first_ms=1, last_ms=1
    )  # fmt: skip
    assert (event.reason, event.message) == ("\\ud800", "x\\udfffy")
    assert SEEN.validate_json(event.model_dump_json(by_alias=True)) == event


def test_a_short_text_is_kept_as_it_is():
    """To the letter: an id is what it is."""
    text = "\x1b[31m\u202e\n ä"
    assert Evidence(at=AT, felt=True, message=text).message == text
