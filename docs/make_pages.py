"""Makes docs/dags/*.md: each DAG's docstring, its fault, its parameters, and a real result if one is stored beside;
and docs/verdict.schema.json, what a verdict holds.

python docs/make_pages.py [--check]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.dag_processing.dagbag import DagBag
from flink_chaos.model.fault import Fault
from flink_chaos.model.verdict import SCHEMA_VERSION, Verdict
from flink_chaos.profiles.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent
PAGES = DOCS / "dags"
NOTE = "<!-- Made by docs/make_pages.py from dags/{name}.py and include/faults; change those. -->"


def main() -> int:
    """Write all pages; with `--check` only say which are not as they should be."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        print("\n".join(f"{path.name} is not up to date: make docs" for path in stale))
        return 1 if stale else 0
    for path, text in pages().items():
        path.write_text(text)
    return 0


def pages() -> dict[Path, str]:
    """Every page by its file."""
    bag, catalogue = DagBag(dag_folder=str(DOCS.parent / "dags")), Catalogue()
    faults = [dag for dag in bag.dags.values() if dag.dag_id in catalogue.names(Fault)]
    found = {PAGES / f"{dag.dag_id}.md": page(dag, catalogue.fault(dag.dag_id)) for dag in faults}
    return {**found, DOCS / "verdict.schema.json": schema()}


def schema() -> str:
    """JSON Schema of verdict.json."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    head = {"$schema": dialect, "$id": "verdict.schema.json", "version": SCHEMA_VERSION}
    return json.dumps({**head, **Verdict.model_json_schema(mode="serialization")}, indent=2) + "\n"


def page(dag: Any, fault: Fault) -> str:
    """The page of one DAG."""
    text = str(dag.doc_md).strip().replace("### ", "# ", 1)
    return "\n".join([NOTE.format(name=dag.dag_id), text, "", *_facts(fault), "", *_parameters(dag), *_result(dag)])


def _facts(fault: Fault) -> list[str]:
    rows = {
        "done by": f"Litmus, `{fault.experiment}`" if fault.experiment else fault.action,
        "reach": fault.reach,
        "proven by": fault.evidence.replace("_", " "),
        "reverted": fault.reverted,
        "needs": ", ".join(fault.needs) or "nothing beside the experiment",
        "expected": fault.expectation,
    }
    return ["## The fault", "", "| | |", "|---|---|", *(f"| {name} | {told} |" for name, told in rows.items())]


def _parameters(dag: Any) -> Iterator[str]:
    yield "## Parameters"
    section = ""
    for name, value in dag.params.dump().items():
        param = dag.params.get_param(name)
        schema = param.schema
        if schema["section"] != section:
            section = schema["section"]
            yield from ("", f"**{section}**", "", "| parameter | default | allowed | |", "|---|---|---|---|")
        yield f"| `{name}` | {_shown(value)} | {_allowed(schema)} | {param.description or ''} |"


def _shown(value: Any) -> str:
    return f"`{value}`" if value not in (None, {}) else ""


def _allowed(schema: dict[str, Any]) -> str:
    """What the form takes; null is an empty entry."""
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    told = str(types[0])
    if "enum" in schema:
        told = ", ".join(map(str, schema["enum"]))
    elif "minimum" in schema:
        told = f"{schema['minimum']:,} to {schema['maximum']:,}"
    return f"{told}, or empty" if "null" in types else told


def _result(dag: Any) -> Iterator[str]:
    stored = PAGES / "results" / f"{dag.dag_id}.txt"
    if stored.exists():
        yield from ("", "## A real result", "", "```", stored.read_text().rstrip(), "```")
    yield ""


if __name__ == "__main__":
    sys.exit(main())
