"""Reads back how a copy really runs, before anything is done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_chaos.clock import now
from flink_chaos.flink.running import Told, differences
from flink_chaos.model.running_facts import Running
from flink_chaos.steps.run import StepError

if TYPE_CHECKING:
    from flink_chaos.flink.answers import Checkpoints, Job
    from flink_chaos.flink.jobmanager import JobManager
    from flink_chaos.model.base import Copy
    from flink_chaos.steps.run import Run


def see_running(run: Run, copy: Copy, jobmanager: JobManager, job: Job, seen: Checkpoints) -> Running | None:
    """Journal it; None while the JobManager does not tell it.

    Raises StepError for what may hurt others or mix the copies; what else differs the verdict tells.
    """
    config, options = jobmanager.checkpoint_config(job.id), jobmanager.options()
    if config is None or not options:
        return None
    told = Told(
        checkpoints=config,
        checkpoint_path=seen.external_path,
        options=options,
        topics=frozenset(jobmanager.topics(job.id)),
    )
    fact = Running(
        at=now(),
        clock="flink",
        copy=copy,
        job_id=job.id,
        interval_ms=config.interval_ms,
        timeout_ms=config.timeout_ms,
        mode=config.mode,
        checkpoint_path=told.checkpoint_path,
        topics=sorted(told.topics),
        differences=differences(run.plan, copy, told),
    )
    run.attempt.append(fact)
    dangers = [one.told for one in fact.differences if one.danger]
    if dangers:
        name = run.plan.copies[copy].deployment
        raise StepError(
            f"{name} does not run as planned: {'; '.join(dangers)}. Its program, its SQL or its image says so; "
            "nothing was broken yet: take it out there"
        )
    return fact
