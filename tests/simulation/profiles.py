"""The pipeline that simulated runs test, and their plans."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from flink_chaos.model.pipeline import Application, Loader, Output, Pipeline, Topics
from flink_chaos.model.plan import RunPlan, plan_run
from flink_chaos.model.request import RunRequest
from flink_chaos.profiles.catalogue import Catalogue

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulation.applications import Behaviour

SOURCE, SINK, PARTITIONS = "sim-events", "sim-out", 2
APPLICATION_SQL = "-- ${source_topic} ${sink_topic} ${group_id} ${transactional_id_prefix} ${sink_guarantee}"
LOADER_SQL = "-- ${source_topic} ${records} ${records_per_second} ${run_key}"
REPORT_SQL = """-- name: by user
SELECT COALESCE(s.usr, c.usr) AS usr, COALESCE(s.cnt, 0) AS no_chaos_cnt, COALESCE(c.cnt, 0) AS chaos_cnt
FROM (SELECT usr, COUNT(*) AS cnt FROM no_chaos GROUP BY usr) s
FULL OUTER JOIN (SELECT usr, COUNT(*) AS cnt FROM chaos GROUP BY usr) c ON s.usr = c.usr
ORDER BY usr
"""
SCRIPTS = {"sim.sql": APPLICATION_SQL, "sim_loader.sql": LOADER_SQL, "sim_report.sql": REPORT_SQL}


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The shipped profiles, read once."""
    return Catalogue()


@cache
def fault(name: str) -> Any:
    """A fault of the catalogue, read once."""
    return catalogue().fault(name)


@lru_cache(maxsize=1)
def environment() -> Any:
    """The lab's, read once."""
    return catalogue().environment("lab")


def pipeline(behaviour: Behaviour) -> Pipeline:
    """One record out for each in, unless the behaviour says otherwise."""
    one_for_one = behaviour.copies == 1 and not behaviour.drops
    output = {
        "columns": {"run_key": "STRING", "n": "BIGINT", "usr": "BIGINT", "total": "BIGINT"},
        "number": "n",
        "order": "usr" if behaviour.reorders else "",
        "each_once": one_for_one,
    }
    return Pipeline(
        name="sim",
        application=Application(sql="sim.sql"),
        loader=Loader(sql="sim_loader.sql", number="n"),
        topics=Topics(source=SOURCE, sink=SINK, partitions=PARTITIONS),
        output=Output(**{name: value for name, value in output.items() if name in Output.model_fields}),
        report="sim_report.sql",
    )


def plan_of(behaviour: Behaviour, fault_name: str, run_id: str, now: datetime, **parameters: Any) -> RunPlan:
    """The plan of a run."""
    chosen = fault(fault_name)
    own = {p.name for p in chosen.parameters}
    return plan_run(
        dag_id=fault_name,
        run_id=run_id,
        attempt=1,
        now=now,
        version="0",
        request=_request({name: value for name, value in parameters.items() if name not in own}),
        environment=environment(),
        pipeline=pipeline(behaviour),
        fault=chosen,
        fault_parameters={name: value for name, value in parameters.items() if name in own},
        scripts=SCRIPTS,
    )


def _request(parameters: dict[str, Any]) -> RunRequest:
    """Worlds are smaller and slower than a form lets a run be: what they show does not depend on it."""
    small = {name: parameters.pop(name) for name in ("data_count_to_load", "records_per_second") if name in parameters}
    return RunRequest(**parameters).model_copy(update=small)
