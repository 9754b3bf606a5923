"""Checkpoints, savepoints and high-availability data of runs gone by: deleted as the environment says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flink_chaos import clock
from flink_chaos.cluster.leases import all_held
from flink_chaos.files.clearing import delete_old
from flink_chaos.model.footprint import RUN_KEY, key_of

if TYPE_CHECKING:
    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.model.environment import Environment


def clear_checkpoints(cluster: Cluster, environment: Environment) -> list[str]:
    """Delete the folders of runs in which nothing was written for `keep_days`; the keys of those that are gone.

    Runs that hold a lock keep theirs. Nothing is done where the environment does not say how to reach the folder.
    Raises FilesError when the storage refuses or does not answer.
    """
    policy = environment.checkpoints
    if policy is None:
        return []
    at_work = {key for lock in all_held(cluster, environment.namespace) if (key := key_of(lock.holder))}
    return delete_old(policy.worker, RUN_KEY, clock.now() - timedelta(days=policy.keep_days), at_work)
