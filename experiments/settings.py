"""What Litmus' runner hands to every experiment, read once and checked; a fault reads its own variables itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.targets import Target, parse_targets

if TYPE_CHECKING:
    from experiments.variables import Variables


@dataclass(frozen=True)
class Settings:
    """What every experiment gets. Times are in whole seconds."""

    engine: str
    namespace: str
    chaos_uid: str
    experiment: str
    instance: str
    pod: str
    service_account: str
    targets: tuple[Target, ...]
    target_pods: tuple[str, ...]
    node_label: str
    percentage: int
    duration: int
    ramp_time: int
    serial: bool
    health_check: bool
    status_timeout: int
    status_delay: int
    grace: int
    cleanup: bool

    @property
    def result(self) -> str:
        """Name of the ChaosResult."""
        return "-".join(part for part in (self.engine, self.experiment, self.instance) if part)

    @property
    def job(self) -> str:
        """Name of the Job that this pod belongs to, empty if it does not know its own name."""
        return self.pod.rpartition("-")[0]

    @property
    def source(self) -> str:
        """Who speaks in events and errors."""
        return self.pod or self.experiment


def read_settings(variables: Variables, experiment: str, duration: int = 30) -> Settings:
    """Settings from the environment; `duration` (s) is the default. Raises ChaosError that names the variable."""
    return Settings(
        engine=variables.text("CHAOSENGINE"),
        namespace=variables.required("CHAOS_NAMESPACE"),
        chaos_uid=variables.text("CHAOS_UID"),
        experiment=variables.text("EXPERIMENT_NAME", experiment),
        instance=variables.text("INSTANCE_ID"),
        pod=variables.text("POD_NAME"),
        service_account=variables.text("CHAOS_SERVICE_ACCOUNT"),
        targets=parse_targets(variables.text("TARGETS")),
        target_pods=variables.words("TARGET_PODS"),
        node_label=variables.text("NODE_LABEL"),
        percentage=variables.number("PODS_AFFECTED_PERC", 0),
        duration=variables.number("TOTAL_CHAOS_DURATION", duration),
        ramp_time=variables.number("RAMP_TIME", 0),
        serial=variables.choice("SEQUENCE", "parallel", "serial") == "serial",
        health_check=variables.flag("DEFAULT_HEALTH_CHECK", default=True),
        status_timeout=variables.number("STATUS_CHECK_TIMEOUT", 180),
        status_delay=variables.number("STATUS_CHECK_DELAY", 2),
        grace=variables.number("TERMINATION_GRACE_PERIOD_SECONDS", 0),
        cleanup=variables.text("JOB_CLEANUP_POLICY") == "delete",
    )
