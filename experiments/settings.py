"""The variables that Litmus' runner hands to an experiment, read once and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.errors import ChaosError, Code
from experiments.targets import Target, parse_targets

if TYPE_CHECKING:
    from collections.abc import Mapping

TRUE = ("true", "True", "TRUE", "1", "t", "T")


@dataclass(frozen=True)
class Settings:
    """What every experiment gets. Times are in whole seconds."""

    engine: str
    namespace: str
    chaos_uid: str
    experiment: str
    instance: str
    pod: str
    targets: tuple[Target, ...]
    target_pods: tuple[str, ...]
    node_label: str
    percentage: int
    duration: int
    interval: int
    ramp_time: int
    serial: bool
    force: bool
    random_interval: bool
    health_check: bool
    status_timeout: int
    status_delay: int

    @property
    def result(self) -> str:
        """Name of the ChaosResult."""
        return "-".join(part for part in (self.engine, self.experiment, self.instance) if part)


def read_settings(env: Mapping[str, str], experiment: str) -> Settings:
    """Settings from the environment. Raises ChaosError that names the variable and its value."""
    return Settings(
        engine=env.get("CHAOSENGINE", ""),
        namespace=_required(env, "CHAOS_NAMESPACE"),
        chaos_uid=env.get("CHAOS_UID", ""),
        experiment=env.get("EXPERIMENT_NAME") or experiment,
        instance=env.get("INSTANCE_ID", ""),
        pod=env.get("POD_NAME", ""),
        targets=parse_targets(env.get("TARGETS", "")),
        target_pods=_words(env.get("TARGET_PODS", "")),
        node_label=env.get("NODE_LABEL", ""),
        percentage=_number(env, "PODS_AFFECTED_PERC", 0),
        duration=_number(env, "TOTAL_CHAOS_DURATION", 30),
        interval=_number(env, "CHAOS_INTERVAL", 10),
        ramp_time=_number(env, "RAMP_TIME", 0),
        serial=_sequence(env.get("SEQUENCE") or "parallel"),
        force=env.get("FORCE", "false") in TRUE,
        random_interval=env.get("RANDOMNESS", "false") in TRUE,
        health_check=(env.get("DEFAULT_HEALTH_CHECK") or "true") in TRUE,
        status_timeout=_number(env, "STATUS_CHECK_TIMEOUT", 180),
        status_delay=_number(env, "STATUS_CHECK_DELAY", 2),
    )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise ChaosError(
            Code.GENERIC, f"variable {name} is not set: Litmus' runner sets it, so start this by an engine"
        )
    return value


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal():
        raise ChaosError(Code.GENERIC, f"variable {name} is '{text}': a whole number of at least 0 is needed")
    return int(text)


def _sequence(text: str) -> bool:
    if text.lower() not in ("serial", "parallel"):
        raise ChaosError(Code.GENERIC, f"variable SEQUENCE is '{text}': use serial or parallel")
    return text.lower() == "serial"
