"""What lists and searches tell runs apart by, from the records as they were written, by whatever version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from flink_chaos.model.same_test import identities
from flink_chaos.store.errors import StoreError, UnreadableError
from flink_chaos.store.files import text_at, text_of
from flink_chaos.store.names import PLAN, VERDICT
from flink_chaos.store.texts import spelt

if TYPE_CHECKING:
    from upath import UPath


class Summary(msgspec.Struct, frozen=True, array_like=True):
    """A run in short. No pydantic: thousands of them are read for a list."""

    run_key: str
    dag_id: str
    run_id: str
    attempt: int
    created_at: str
    pipeline: str
    environment: str
    test: str
    """The same for all runs of the same test, see `same_test.identities`; any two others differ."""

    any_fault: str
    """The same, whatever the fault is."""

    outcome: str
    """Empty while there is no verdict, or none that says how it ended."""

    observed: bool
    """Whether the verdict tells a recovery."""


UNREADABLE = "unreadable"
"""In place of an outcome: a verdict stands, and does not say how the run ended."""

MOST_ATTEMPTS = 999_999
"""That a folder's name can count, see `names.NUMBER`."""


def summary_of(folder: UPath) -> Summary:
    """Of the attempt in that folder. Raises StoreError when its plan cannot be read."""
    path = folder / PLAN
    plan = stored_json(path, text_at(path))
    try:
        test, any_fault = identities(plan)
        return Summary(**_names(plan), test=test, any_fault=any_fault, **_end(folder / VERDICT))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableError(path, f"no plan of a run: {type(error).__name__} {error}") from error


def stored_json(path: UPath, text: str) -> dict[str, Any]:
    """An object as it was written, by whatever version. Raises StoreError for what is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(path, f"no JSON: {error}") from error
    if not isinstance(found, dict):
        raise UnreadableError(path, "no JSON object")
    return found


def _names(plan: dict[str, Any]) -> dict[str, Any]:
    """Raises KeyError, TypeError or AttributeError for a plan that does not name its run."""
    names = {name: plan[name] for name in ("run_key", "dag_id", "run_id", "created_at")}
    names["pipeline"] = plan["pipeline"]["name"]
    names["environment"] = (plan.get("request") or {}).get("environment") or ""
    wrong = [name for name, value in names.items() if not isinstance(value, str)]
    if wrong or type(plan["attempt"]) is not int or not 0 < plan["attempt"] <= MOST_ATTEMPTS:
        raise TypeError(f"for {', '.join(wrong) or 'attempt'}")
    return {**spelt(names), "attempt": plan["attempt"]}


def _end(path: UPath) -> dict[str, Any]:
    """Of a verdict that cannot be read no more than that it stands."""
    try:
        text = text_of(path)
        verdict = stored_json(path, text) if text is not None else {"outcome": ""}
    except StoreError:
        verdict = {}
    outcome = verdict.get("outcome")
    told = spelt(outcome) if isinstance(outcome, str) else UNREADABLE
    return {"outcome": told, "observed": bool(verdict.get("recovery"))}
