"""One run of an experiment: result at the start, the fault, verdict at the end, whatever happens between."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from experiments.abort import shielded
from experiments.errors import AbortedError, ChaosError, Code, Phase, error_output
from experiments.result import (
    AWAITED,
    JOB,
    Mark,
    annotations_of,
    final_patch,
    mark_annotation,
    new_result,
    restarted_patch,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from experiments.cluster import Cluster
    from experiments.settings import Settings
    from experiments.targets import Owner
    from experiments.variables import Variables

LOG = logging.getLogger(__name__)
Object = dict[str, Any]
SUMMARIES = {"Pass": "Passed", "Fail": "Failed", "Error": "Error", "Stopped": "Stopped"}


class Run:
    """What a fault needs: settings, its variables, the cluster, and the run's own records."""

    def __init__(self, settings: Settings, cluster: Cluster, variables: Variables) -> None:
        self.settings = settings
        self.cluster = cluster
        self.variables = variables
        self.phase = Phase.PRE
        self._targets: dict[Owner, Mark] = {}
        self._result: Object = {}
        self._engine: Object | None = None

    def execute(self, inject: Callable[[Run], None]) -> str:
        """Run `inject` and write its verdict (Pass, Error or Stopped) to the ChaosResult. Returns the verdict."""
        try:
            before = self._before()
            if before and self._is_ours(before):
                return self._refuse_again(before)
            self._start(before)
            inject(self)
        except AbortedError:
            return self._end("Stopped", (Code.ABORTED, "experiment is aborted", ""))
        except ChaosError as error:
            return self._end("Error", (error.code, error.reason, error.target))
        except Exception as error:
            LOG.exception("the experiment ended with an error that it does not know")
            return self._end("Error", (Code.GENERIC, str(error), ""))
        return self._end("Pass", None)

    def mark(self, owner: Owner, mark: Mark = Mark.TARGETED) -> None:
        """Record how a target stands; `injected` and `reverted` can be seen in the ChaosResult at once."""
        before = self._targets.get(owner, Mark.TARGETED)
        self._targets[owner] = mark
        if mark is not before:
            self.annotate(mark_annotation(owner, mark))

    def annotations(self) -> dict[str, str]:
        """Annotations of the ChaosResult as they are now."""
        return annotations_of(self.cluster.result(self.settings.namespace, self.settings.result))

    def annotate(self, annotations: Mapping[str, str | None]) -> None:
        """Set annotations of the ChaosResult; None removes one."""
        patch = {"metadata": {"annotations": dict(annotations)}}
        self.cluster.patch_result(self.settings.namespace, self.settings.result, patch)

    def engine_event(self, reason: str, message: str, *, warning: bool = False) -> None:
        """Write an event about the ChaosEngine: clients take the times of a run from these."""
        LOG.info("event %s: %s", reason, message)
        if self._engine:
            source = self.settings.source
            self.cluster.event(self._engine, reason=reason, message=message, warning=warning, source=source)

    def _before(self) -> Object | None:
        """The engine is read too; a SIGTERM that came before its handler was there is seen in what it wants."""
        settings = self.settings
        if settings.engine:
            self._engine = self.cluster.engine(settings.namespace, settings.engine)
        before = self.cluster.result(settings.namespace, settings.result)
        if self._engine and _is_ending(self._engine):
            self._result = before or self.cluster.create_result(new_result(settings, self._labels()))
            raise AbortedError
        return before

    def _is_ours(self, before: Object) -> bool:
        """Whether an earlier pod of the same Job wrote it: Kubernetes starts a Job's pod anew when it failed."""
        job = annotations_of(before).get(JOB)
        return bool(job) and job == self.settings.job

    def _refuse_again(self, before: Object) -> str:
        """Nothing is injected twice. A verdict that stands is left alone."""
        self._result = before
        verdict = str(before["status"]["experimentStatus"]["verdict"])
        if verdict != AWAITED["verdict"]:
            LOG.info("an earlier pod of this Job has ended with %s: nothing is done again", verdict)
            return verdict
        reason = "an earlier pod of this Job was killed: nothing is injected twice, and what it left is not reverted"
        return self._end("Error", (Code.GENERIC, reason, ""))

    def _start(self, before: Object | None) -> None:
        settings, cluster = self.settings, self.cluster
        if before:
            self._result = cluster.patch_result(settings.namespace, settings.result, restarted_patch(settings, before))
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
        with shielded():
            self._write_end(verdict, error)
        return verdict

    def _write_end(self, verdict: str, error: dict[str, str] | None) -> None:
        settings, bad = self.settings, verdict != "Pass"
        patch = final_patch(self._result, verdict, self._targets, error)
        self._result = self.cluster.patch_result(settings.namespace, settings.result, patch)
        self._result_event(verdict, warning=bad)
        message = f"{settings.experiment} experiment has been {SUMMARIES[verdict]}"
        self.engine_event("Summary", message, warning=bad)

    def _result_event(self, verdict: str, *, warning: bool) -> None:
        message = f"experiment: {self.settings.experiment}, Result: {verdict}"
        source = self.settings.source
        self.cluster.event(self._result, reason=verdict, message=message, warning=warning, source=source)


def _is_ending(engine: Object) -> bool:
    return bool(engine["metadata"].get("deletionTimestamp")) or engine.get("spec", {}).get("engineState") == "stop"
