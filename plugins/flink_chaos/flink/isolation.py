"""Refuses, while a run is planned, what would reach beyond the run: topics, groups and folders that are not its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.flink.options import application_configuration, loader_configuration
from flink_chaos.flink.places import foreign_place
from flink_chaos.flink.scripts import ScriptError, application_script, loader_script, report_queries
from flink_chaos.flink.statements import Statement, statements
from flink_chaos.flink.writes import is_query, read
from flink_chaos.model.base import Copy, Guarantee
from flink_chaos.model.flink_options import OLDER_NAMES, option_of, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flink_chaos.model.pipeline import Program
    from flink_chaos.model.plan import RunPlan

FOLDERS = (
    "execution.checkpointing.dir",
    "execution.checkpointing.savepoint-dir",
    "high-availability.storageDir",
    "job-result-store.storage-path",
    "state.changelog.dstl.dfs.base-path",
)
"""Options that name a folder which no two jobs may share."""

NOT_ALLOWED = {
    "execution.state-recovery.path": "a copy begins without state, at the offsets that the run recorded",
    "high-availability.cluster-id": "the operator names it after the deployment, or both copies would be one",
    "kubernetes.cluster-id": "the operator names it after the deployment",
    "kubernetes.namespace": "the environment says it",
    "$internal.pipeline.job-id": "each copy is a job of its own",
    "table.sql-dialect": "SQL is held to the run as Flink's own dialect, and another one may say anything",
}


def require_isolation(plan: RunPlan) -> None:
    """Raise ScriptError, in one line with what to do, for a program or an option that is not confined to the run."""
    _require_names(plan)
    stable, chaos = ({**application_configuration(plan, copy), **set_in(plan, copy)} for copy in Copy)
    loader = _loader_statements(plan)
    _refuse_shared(stable, chaos)
    for options in (chaos, {**loader_configuration(plan), **read(loader).options}):
        _refuse_foreign(options)
    for copy, own in plan.copies.items():
        _refuse_targets(plan, _application_statements(plan, copy), own.sink)
    _refuse_targets(plan, loader, plan.pipeline.topics.source)
    _refuse_writing_reports(plan)


def set_in(plan: RunPlan, copy: Copy) -> dict[str, str]:
    """Options that the copy's own SQL sets, which count over those of the deployment."""
    return read(_application_statements(plan, copy)).options


def _application_statements(plan: RunPlan, copy: Copy) -> list[Statement]:
    """None for a jar."""
    program = plan.pipeline.application
    return statements(_file(program), application_script(plan, copy)) if program.sql else []


def _loader_statements(plan: RunPlan) -> list[Statement]:
    program = plan.pipeline.loader
    return statements(_file(program), loader_script(plan)) if program.sql else []


def _file(program: Program) -> str:
    return f"include/sql/{program.sql}"


def _require_names(plan: RunPlan) -> None:
    """Whoever ignores these names reads or writes topics of somebody else, or both copies write one."""
    files = plan.pipeline.files is not None
    transactions = plan.request.delivery_guarantee is Guarantee.EXACTLY_ONCE and not files
    needed = ["source_topic", "group_id", "sink_directory" if files else "sink_topic"]
    needed += ["transactional_id_prefix"] if transactions else []
    options = " ".join(plan.pipeline.application.configuration.values())
    _require(plan, "application", plan.pipeline.application, needed, options)
    _require(plan, "loader", plan.pipeline.loader, ["source_topic", "run_key"])


def _require(plan: RunPlan, key: str, program: Program, needed: list[str], options: str = "") -> None:
    text = plan.scripts[program.sql] if program.sql else " ".join(program.args)
    missing = [name for name in needed if f"${{{name}}}" not in f"{_uncommented(text, program)} {options}"]
    if not missing:
        return
    profile = f"include/pipelines/{plan.pipeline.name}.yaml"
    where = _file(program) if program.sql else f"{profile}: {key}.args"
    also = "; in args, or in a value of application.configuration" if key == "application" and program.args else ""
    raise ScriptError(
        f"{where}: does not use {', '.join(f'${{{name}}}' for name in missing)}: it would reach for topics, groups or "
        f"transactions that are not this run's, such as production's. Use each of these names once{also}"
    )


def _uncommented(text: str, program: Program) -> str:
    return " ".join(statement.text for statement in statements(_file(program), text)) if program.sql else text


def _refuse_shared(stable: Mapping[str, str], chaos: Mapping[str, str]) -> None:
    for option in FOLDERS:
        told = value_of(chaos, option)
        if told is not None and told == value_of(stable, option):
            raise ScriptError(
                f"Flink option {_spelled(chaos, option)}: both copies would keep their state in {told}. Remove it: the "
                "run gives each copy a folder of its own below the environment's `storage`"
            )


def _refuse_foreign(options: Mapping[str, str]) -> None:
    for name in options:
        reason = NOT_ALLOWED.get(option_of(name))
        if reason:
            raise ScriptError(f"Flink option {name}: {reason}. Remove it")


def _refuse_targets(plan: RunPlan, script: Iterable[Statement], own: str) -> None:
    """A test writes nothing that others read: only the run's own topic or folder."""
    for target in read(script).targets:
        problem = foreign_place(target.options, own, plan.environment.kafka_bootstrap_servers)
        if problem:
            raise target.statement.refusal(
                f"writes table {target.table} to {problem}, which is not the run's ({own} in run {plan.run_key}). "
                "A test writes nothing that others read: use ${sink_topic}, ${sink_directory} for files, or "
                "${source_topic} in a loader"
            )


def _refuse_writing_reports(plan: RunPlan) -> None:
    """Each query has a session of the gateway, where an INSERT would be run as well."""
    for name, query in report_queries(plan).items():
        for statement in statements(f"include/sql/{plan.pipeline.report}: {name}", query):
            if not is_query(statement):
                raise statement.refusal("a report only reads; begin with SELECT, WITH or VALUES")


def _spelled(options: Mapping[str, str], option: str) -> str:
    return next(name for name in (option, *OLDER_NAMES.get(option, ())) if name in options)
