"""Entry of a helper pod: starts the delay in the target's network and writes its reports to the ChaosResult."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from experiments import abort
from experiments.cluster import Cluster
from experiments.errors import AbortedError
from experiments.network.namespace import network_of, process_of
from experiments.network.report import annotations_of_report
from experiments.result import Mark
from experiments.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger(__name__)
END_SECONDS = 25
"""To measure for the last time and revert; below the pod's grace period."""

TRIES = 3


@dataclass(frozen=True)
class Target:
    """The pod to hit, and where to tell of it."""

    pod: str
    uid: str
    number: int


class Helper:
    """One delay in one pod. `publish` writes annotations, `start` the program (with arguments) in the pod's network."""

    def __init__(
        self,
        target: Target,
        publish: Callable[[dict[str, str]], None],
        start: Callable[..., subprocess.Popen[str]],
    ) -> None:
        self._target = target
        self._publish = publish
        self._start = start
        self._status = ""

    def delay(self) -> bool:
        """Run until the delay's own end; ended early by AbortedError. Whether nothing is left of it."""
        process = self._start()
        with abort.always(lambda: self._end(process)):
            # A signal that comes just before a read is seen when the next report comes.
            for line in _pipe(process.stdout):
                self._tell(line)
        return self._status == Mark.REVERTED

    def revert(self) -> bool:
        """Only remove what an earlier one has left. Whether that was possible."""
        process = self._start("revert")
        process.communicate(timeout=END_SECONDS)
        if process.returncode == 0:
            self._report({"status": Mark.REVERTED.value}, kind="revert")
        return process.returncode == 0

    def _end(self, process: subprocess.Popen[str]) -> None:
        """The closed input tells the program to end; what it says last counts."""
        patience = threading.Timer(END_SECONDS, process.kill)
        patience.start()
        _pipe(process.stdin).close()
        for line in _pipe(process.stdout):
            self._tell(line)
        process.wait()
        patience.cancel()
        if self._status == Mark.INJECTED:
            LOG.error("the delay ended with %s and without a revert", process.returncode)
            self._status = Mark.REVERTED if self.revert() else Mark.INJECTED

    def _tell(self, line: str) -> None:
        LOG.info("%s", line.strip())
        report = json.loads(line)
        self._status = report["status"]
        self._report(report)

    def _report(self, report: dict[str, object], kind: str = "delay") -> None:
        """The delay goes on if the API server does not answer."""
        target = self._target
        annotations = annotations_of_report(kind, target.number, target.pod, report)
        for _ in range(TRIES):
            try:
                self._publish(annotations)
            except Exception as error:  # noqa: BLE001 - whatever the API server says
                LOG.warning("cannot write the report: %s", error)
                time.sleep(1)
            else:
                return


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise ValueError("the program has to be started with pipes")
    return stream


def starter(network: int) -> Callable[..., subprocess.Popen[str]]:
    """Starts the delay in the network namespace that is open as file `network`."""

    def start(*arguments: str) -> subprocess.Popen[str]:
        enter = ["nsenter", f"--net=/proc/self/fd/{network}", "--"]
        command = [*enter, sys.executable, "-m", "experiments.network.delay", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, pass_fds=[network])

    return start


def main() -> int:
    """Exit code 0 if nothing is left of the delay in the pod's network."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    variables = Variables(os.environ)
    uid = variables.required("TARGET_POD_UID")
    target = Target(variables.required("TARGET_POD"), uid, variables.number("HELPER_NUMBER", 0))
    process = process_of(uid)
    if process is None:
        LOG.error("no process of pod %s (uid %s) on this node: has it ended?", target.pod, uid)
        return 1
    LOG.info("entering the network of process %s", process)
    try:
        with network_of(process) as network:
            return _run(Helper(target, _publisher(variables), starter(network)), variables)
    except PermissionError as error:
        LOG.error("%s", error)  # noqa: TRY400 - the text says it all
        return 1


def _run(helper: Helper, variables: Variables) -> int:
    try:
        if variables.flag("REVERT_ONLY", default=False):
            return 0 if helper.revert() else 1
        abort.install()
        return 0 if helper.delay() else 1
    except AbortedError:
        LOG.info("told to end")
        return 0


def _publisher(variables: Variables) -> Callable[[dict[str, str]], None]:
    cluster = Cluster()
    namespace, result = variables.required("CHAOS_NAMESPACE"), variables.required("CHAOS_RESULT")

    def publish(annotations: dict[str, str]) -> None:
        cluster.patch_result(namespace, result, {"metadata": {"annotations": annotations}})

    return publish


if __name__ == "__main__":
    sys.exit(main())
