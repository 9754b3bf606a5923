"""The end of runs: what one made is taken away, and what others left whose process is gone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from flink_chaos.hooks.flink_chaos import FlinkChaosHook
from flink_chaos.operators.base import RunOperator
from flink_chaos.operators.run import require_pass

if TYPE_CHECKING:
    from airflow.sdk import Context

    from flink_chaos.cluster.objects import Cluster
    from flink_chaos.kafka.admin import Kafka
    from flink_chaos.model.environment import Environment
    from flink_chaos.steps.run import Run


class UndoOperator(RunOperator):
    """Takes away everything that the run made; writes and tells ABORTED if no verdict stands.

    It is red for ABORTED: in a run that was marked failed Airflow skips the verdict, and would call the run a success.
    Without a record that can be read it takes away what the run's lease and key tell of.
    """

    waits = ("removal",)
    concludes = closes = True

    def execute(self, context: Context) -> None:
        """Remove by the record, or without it."""
        from flink_chaos.steps.remains import STORE_ERRORS
        from flink_chaos.store.records import Store

        try:
            if self.run_key != "None":
                Store().attempt(self.run_key).plan()
        except STORE_ERRORS as error:
            self._without_record(str(context["params"].get("environment") or ""), error)
        super().execute(context)

    def act(self, run: Run) -> None:
        """Remove; the fault first. What fails is asked for again by the wait, and keeps nobody from the verdict."""
        from flink_chaos.hooks.slack import tell
        from flink_chaos.steps.judging import end
        from flink_chaos.steps.remains import STORE_ERRORS, remains_of
        from flink_chaos.steps.run import SYSTEM_ERRORS
        from flink_chaos.steps.undoing import remove

        try:
            remove(remains_of(run))
        except SYSTEM_ERRORS as error:
            self.log.warning("%s", error)
        try:
            end(run.attempt)
        except STORE_ERRORS as error:
            self.log.warning("the verdict is made when all is taken away: %s", error)
        tell(run.plan.run_key, again=False)

    def conclude(self, run: Run) -> None:
        """Tell Airflow what it may have skipped."""
        from flink_chaos.steps.judging import end

        verdict = end(run.attempt)
        if verdict.outcome == "ABORTED":
            require_pass(verdict)

    def _without_record(self, name: str, error: Exception) -> None:
        from flink_chaos.profiles.catalogue import Catalogue, default_environment
        from flink_chaos.steps.abandoned import find, undo

        environment = Catalogue().environment(name or default_environment())
        cluster, kafka = self.hook.systems(environment)
        found = find(cluster, kafka, environment.namespace, self.run_key)
        clean = undo(found, partial(self.log.info, "%s"))
        left = "everything was taken away" if clean else "not everything could be taken away"
        raise AirflowFailException(f"run {self.run_key}: its record cannot be read ({error}); {left}")


class JanitorOperator(BaseOperator):
    """Takes away what runs left whose process is gone, in each environment that names its connections.

    A run of this Airflow is at work as long as Airflow says so; of another one, or of a command line, as long as
    it renews its lock. Red when anything stays.
    """

    def execute(self, context: Context) -> None:
        """Look at each environment; one that cannot be reached keeps no other from it."""
        from flink_chaos.model.environment import Environment
        from flink_chaos.profiles.catalogue import Catalogue

        del context
        problems = [problem for name in Catalogue().names(Environment) for problem in self._problems(name)]
        if problems:
            raise AirflowFailException("not everything could be taken away: " + "; ".join(problems))

    def _problems(self, name: str) -> list[str]:
        """What stays in an environment, or why that is not known."""
        from flink_chaos.profiles.catalogue import Catalogue, default_environment
        from flink_chaos.steps.run import told

        try:
            environment = Catalogue().environment(name)
            if environment.connections is None and name != default_environment():
                return []
            cluster, kafka = FlinkChaosHook().systems(environment)
            left = [f"environment {name}: something of run {key}" for key in self._swept(environment, cluster, kafka)]
            return [*left, *self._checkpoints(environment, cluster)]
        except Exception as error:  # noqa: BLE001 - such as a connection that is not defined
            return [f"environment {name}: {told(error)}"]

    def _swept(self, environment: Environment, cluster: Cluster, kafka: Kafka) -> list[str]:
        """Keys of the runs of which something stays."""
        from flink_chaos.hooks.dag_runs import is_at_work
        from flink_chaos.steps.abandoned import abandoned, undo_all
        from flink_chaos.steps.remains import with_record

        found = abandoned(cluster, environment.namespace, lambda one: is_at_work(one.dag_id, one.run_id))
        self.log.info("%s: %s runs that nobody goes on with", environment.name, len(found))
        for one in found:
            self.log.info("run %s (%s %s)", one.run_key, one.dag_id or "no lease", one.run_id)
        runs = [with_record(one, cluster, kafka) for one in found]
        return undo_all(runs, partial(self.log.info, "%s  %s"))

    def _checkpoints(self, environment: Environment, cluster: Cluster) -> list[str]:
        """Why old checkpoints could not be deleted: they harm nobody, but fill the storage."""
        from flink_chaos.files.listing import FilesError
        from flink_chaos.steps.clearing import clear_checkpoints

        try:
            if deleted := clear_checkpoints(cluster, environment):
                self.log.info("%s: checkpoints deleted of runs %s", environment.name, ", ".join(deleted))
        except FilesError as error:
            return [f"environment {environment.name}: {error}"]
        return []
