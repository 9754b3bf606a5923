"""The fault: by Litmus, or as a drill by the Flink operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flink_chaos.operators.base import RunOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from flink_chaos.steps.run import Run


class LitmusChaosEngineOperator(RunOperator):
    """Breaks the chaos copy with a ChaosEngine and waits until it was felt.

    Killed, timed out or failed while deferred: the engine is told to stop. It is never created twice in a run.
    """

    waits = ("fault",)

    def act(self, run: Run) -> None:
        """Choose the targets and create the engine."""
        from flink_chaos.steps.injecting import inject

        inject(run)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Stop the engine when the trigger failed or timed out."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except Exception:
            if next_method == "__fail__":
                self._stop()
            raise

    def on_kill(self) -> None:
        """Stop the engine: the task was killed while it worked."""
        self._stop()

    def _stop(self) -> None:
        from flink_chaos.steps.injecting import stop_fault

        stop_fault(self.hook.run(self.run_key))
