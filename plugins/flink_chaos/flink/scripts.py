"""SQL files with the names of a run filled in."""

from __future__ import annotations

import re
from string import Template
from typing import TYPE_CHECKING

from flink_chaos.model.base import Copy, Guarantee

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flink_chaos.model.pipeline import Program
    from flink_chaos.model.plan import RunPlan

SINK_GUARANTEE = {Guarantee.EXACTLY_ONCE: "exactly-once", Guarantee.AT_LEAST_ONCE: "at-least-once"}
PLACE = re.compile(r"\$\{[a-z_]+\}")
NAMED_QUERY = re.compile(r"^--\s*name:\s*(?P<name>.+?)\s*$", re.MULTILINE)


class ScriptError(ValueError):
    """A SQL file that cannot be used: which, why, what to do."""


def application_script(plan: RunPlan, copy: Copy) -> str:
    """SQL of one copy of the application."""
    return _script(plan, plan.pipeline.application.sql, application_names(plan, copy))


def application_arguments(plan: RunPlan, copy: Copy) -> list[str]:
    """Arguments of one copy of an application that is a jar of its own."""
    return _arguments(plan, "application", plan.pipeline.application, application_names(plan, copy))


def loader_script(plan: RunPlan) -> str:
    """SQL of the data loader."""
    return _script(plan, plan.pipeline.loader.sql, loader_names(plan))


def loader_arguments(plan: RunPlan) -> list[str]:
    """Arguments of a data loader that is a jar of its own."""
    return _arguments(plan, "loader", plan.pipeline.loader, loader_names(plan))


def loader_names(plan: RunPlan) -> dict[str, object]:
    """What can be filled in for the data loader."""
    return {
        "run_key": plan.run_key,
        "created_ms": int(plan.created_at.timestamp() * 1000),
        "bootstrap_servers": plan.environment.kafka_bootstrap_servers,
        "source_topic": plan.pipeline.topics.source,
        "records": plan.request.data_count_to_load,
        "last_number": plan.request.data_count_to_load - 1,
        "flush_records": plan.pipeline.loader.flush_records,
        "last_flush_number": plan.records_to_write - 1,
        "records_per_second": plan.request.records_per_second,
    }


def application_names(plan: RunPlan, copy: Copy) -> dict[str, object]:
    """What can be filled in for a copy of the application."""
    own, files = plan.copies[copy], plan.pipeline.files
    sink = {"sink_directory": own.sink, "roll_seconds": files.roll_seconds} if files else {"sink_topic": own.sink}
    return (
        loader_names(plan)
        | sink
        | {
            "group_id": own.group,
            "transactional_id_prefix": own.transactional_id_prefix,
            "sink_guarantee": SINK_GUARANTEE[plan.request.delivery_guarantee],
            "transaction_timeout_ms": plan.pipeline.application.transaction_timeout_seconds * 1000,
            "startup_mode": plan.pipeline.application.start_from,
        }
    )


def report_queries(plan: RunPlan) -> dict[str, str]:
    """Queries of the report file by name: a line `-- name: <name>` begins each. Raises ScriptError if there is none."""
    text = plan.scripts[plan.pipeline.report]
    marks = list(NAMED_QUERY.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found = {m["name"]: text[m.end() : end].strip().rstrip(";") for m, end in zip(marks, ends, strict=True)}
    if not found:
        raise ScriptError(
            f"{plan.pipeline.report}: holds no query; begin each with a line `-- name: <name of the table>`"
        )
    return found


def require_files(plan: RunPlan) -> None:
    """Raises ScriptError where an application that should write files ignores where to, or when to end them."""
    program = plan.pipeline.application
    text = plan.scripts[program.sql] if program.sql else " ".join(program.args)
    missing = [name for name in ("sink_directory", "roll_seconds") if f"${{{name}}}" not in text]
    if plan.pipeline.files and missing:
        where = f"include/sql/{program.sql}" if program.sql else f"include/pipelines/{plan.pipeline.name}.yaml"
        raise ScriptError(
            f"{where}: does not use {', '.join(f'${{{name}}}' for name in missing)}: "
            "nobody could tell where its files are and when the last one is finished"
        )


def fill(where: str, text: str, names: Mapping[str, object]) -> str:
    """Replace `${name}`. Raises ScriptError, with the names there are, for one that is not known."""
    try:
        return Template(text).substitute(names)
    except (KeyError, ValueError) as error:
        raise ScriptError(f"{where}: {error} cannot be filled in; known names: {', '.join(names)}") from error


def fill_options(where: str, options: Mapping[str, str], names: Mapping[str, object]) -> dict[str, str]:
    """Replace `${name}` in the values of Flink options; what else they hold of `$` is Flink's or the program's."""

    def told(match: re.Match[str]) -> str:
        return fill(where, match[0], names)

    return {option: PLACE.sub(told, value) for option, value in options.items()}


def _script(plan: RunPlan, name: str, names: Mapping[str, object]) -> str:
    return fill(f"include/sql/{name}", plan.scripts[name], names)


def _arguments(plan: RunPlan, key: str, program: Program, names: Mapping[str, object]) -> list[str]:
    return [fill(f"include/pipelines/{plan.pipeline.name}.yaml: {key}.args", text, names) for text in program.args]
