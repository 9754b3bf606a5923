"""Failures of an experiment, with Litmus' error codes."""

from __future__ import annotations

import json
from enum import StrEnum


class Code(StrEnum):
    """The part of Litmus' error codes that this image uses."""

    GENERIC = "GENERIC_ERROR"
    TARGET_SELECTION = "TARGET_SELECTION_ERROR"
    STATUS_CHECKS = "STATUS_CHECKS_ERROR"
    CHAOS_INJECT = "CHAOS_INJECT_ERROR"
    CHAOS_REVERT = "CHAOS_REVERT_ERROR"
    HELPER = "HELPER_ERROR"
    ABORTED = "EXPERIMENT_ABORTED"


class Phase(StrEnum):
    """Part of a run in which a failure happened."""

    PRE = "PreChaos"
    INJECT = "ChaosInject"
    POST = "PostChaos"


class ChaosError(Exception):
    """The experiment cannot do what it was asked to do: becomes verdict Error and `errorOutput` of the ChaosResult."""

    def __init__(self, code: Code, reason: str, target: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.target = target


class AbortedError(BaseException):
    """Kubernetes asked the pod to end (SIGTERM): somebody stopped the engine.

    No Exception: it comes at any place, also where somebody catches whatever the API server may say.
    """


def error_output(code: Code, reason: str, *, phase: Phase, source: str, target: str = "") -> dict[str, str]:
    """`status.experimentStatus.errorOutput` of a ChaosResult; its reason is JSON text, as Litmus writes it."""
    detail = {"source": source, "errorCode": code.value, "phase": phase.value, "reason": reason, "target": target}
    return {"errorCode": code.value, "reason": json.dumps({key: value for key, value in detail.items() if value})}
