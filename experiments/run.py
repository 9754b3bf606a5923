"""One run of an experiment: result at the start, the fault, verdict at the end, whatever happens between."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from experiments.errors import AbortedError, ChaosError, Code, Phase, error_output
from experiments.result import final_patch, new_result, restarted_patch

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.cluster import Cluster
    from experiments.settings import Settings
    from experiments.targets import Owner

LOG = logging.getLogger(__name__)
SUMMARIES = {"Pass": "Passed", "Fail": "Failed", "Error": "Error", "Stopped": "Stopped"}


class Run:
    """What a fault needs: settings, the cluster, and the run's own records."""

    def __init__(self, settings: Settings, cluster: Cluster) -> None:
        self.settings = settings
        self.cluster = cluster
        self.phase = Phase.PRE
        self._targets: dict[Owner, None] = {}
        self._result: dict[str, Any] = {}
        self._engine: dict[str, Any] | None = None

    def execute(self, inject: Callable[[Run], None]) -> str:
        """Run `inject` and write its verdict (Pass, Error or Stopped) to the ChaosResult. Returns the verdict."""
        try:
            self._start()
            inject(self)
        except AbortedError:
            return self._end("Stopped", (Code.ABORTED, "experiment is aborted", ""))
        except ChaosError as error:
            return self._end("Error", (error.code, error.reason, error.target))
        except Exception as error:
            LOG.exception("the experiment ended with an error that it does not know")
            return self._end("Error", (Code.GENERIC, str(error), ""))
        return self._end("Pass", None)

    def target(self, owner: Owner) -> None:
        """Record whom the fault is meant for."""
        self._targets[owner] = None

    def engine_event(self, reason: str, message: str, *, warning: bool = False) -> None:
        """Write an event about the ChaosEngine: clients take the times of a run from these."""
        LOG.info("event %s: %s", reason, message)
        if self._engine:
            source = self.settings.pod or self.settings.experiment
            self.cluster.event(self._engine, reason=reason, message=message, warning=warning, source=source)

    def _start(self) -> None:
        settings, cluster = self.settings, self.cluster
        self._engine = cluster.engine(settings.namespace, settings.engine) if settings.engine else None
        if cluster.result(settings.namespace, settings.result):
            self._result = cluster.patch_result(settings.namespace, settings.result, restarted_patch(settings))
        else:
            self._result = cluster.create_result(new_result(settings, self._labels()))
        self._result_event("Awaited", warning=False)
        self._refuse_probes()

    def _labels(self) -> dict[str, str]:
        return dict((self._engine or {}).get("metadata", {}).get("labels") or {})

    def _refuse_probes(self) -> None:
        """A probe that is not run must not look like one that passed."""
        entries = (self._engine or {}).get("spec", {}).get("experiments", [])
        if any(entry["name"] == self.settings.experiment and entry.get("spec", {}).get("probe") for entry in entries):
            raise ChaosError(Code.GENERIC, "this image runs no probes: remove spec.probe or use Litmus' own image")

    def _end(self, verdict: str, failure: tuple[Code, str, str] | None) -> str:
        settings = self.settings
        LOG.info("verdict %s%s", verdict, f": {failure[1]}" if failure else "")
        error = None
        if failure:
            code, reason, target = failure
            error = error_output(code, reason, phase=self.phase, source=settings.pod, target=target)
        patch = final_patch(self._result, verdict, list(self._targets), error)
        self._result = self.cluster.patch_result(settings.namespace, settings.result, patch)
        self._result_event(verdict, warning=verdict != "Pass")
        self.engine_event(
            "Summary", f"{settings.experiment} experiment has been {SUMMARIES[verdict]}", warning=verdict != "Pass"
        )
        return verdict

    def _result_event(self, verdict: str, *, warning: bool) -> None:
        message = f"experiment: {self.settings.experiment}, Result: {verdict}"
        source = self.settings.pod or self.settings.experiment
        self.cluster.event(self._result, reason=verdict, message=message, warning=warning, source=source)
