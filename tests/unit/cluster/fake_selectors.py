"""Label and field selectors, as the API server reads them."""

from __future__ import annotations

import re
from typing import Any

SET = re.compile(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)")


def fits_labels(labels: dict[str, str], selector: str) -> bool:
    """Tell whether `labels` fit: a=b, a==b, a!=b, a, !a, a in (b,c), a notin (b,c), joined by commas."""
    return all(_fits(labels, term.strip()) for term in re.split(r",(?![^(]*\))", selector) if term.strip())


def fits_fields(item: dict[str, Any], selector: str) -> bool:
    """Tell whether the fields have these values: a.b=c, joined by commas."""
    for term in filter(None, selector.split(",")):
        path, _, wanted = term.partition("=")
        value: Any = item
        for key in path.split("."):
            value = value.get(key, {}) if isinstance(value, dict) else {}
        if str(value or "") != wanted.lstrip("="):
            return False
    return True


def _fits(labels: dict[str, str], term: str) -> bool:
    if found := SET.fullmatch(term):
        key, word, values = found.groups()
        return (labels.get(key) in {value.strip() for value in values.split(",")}) is (word == "in")
    if "!=" in term:
        key, value = term.split("!=")
        return labels.get(key) != value
    if "=" in term:
        key, value = re.split("==?", term)
        return labels.get(key) == value
    return term[1:] not in labels if term.startswith("!") else term in labels
