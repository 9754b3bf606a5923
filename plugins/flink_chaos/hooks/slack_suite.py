"""Tells a suite in Slack: one message for all its runs, edited in place from begin to verdict. Nothing here raises."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from flink_chaos.hooks.slack_client import Channel, Sent, explained, page

if TYPE_CHECKING:
    from flink_chaos.model.environment import SlackSettings
    from flink_chaos.model.suite import SuitePlan, SuiteVerdict
    from flink_chaos.store.suites import SuiteRecord

log = logging.getLogger(__name__)


def tell_suite_begin(record: SuiteRecord) -> None:
    """Say which runs are to come, and keep where it was said."""
    from flink_chaos.report.slack_suite import suite_begun

    try:
        plan = record.plan()
        sent = _put(plan, suite_begun(plan, link=page(plan.dag_id, plan.run_id)), None)
        if sent:
            record.mark_posted(sent.channel, sent.ts)
    except Exception as error:  # noqa: BLE001
        log.warning("slack: the suite's begin was not sent: %s", explained(error))


def tell_suite(record: SuiteRecord, verdict: SuiteVerdict) -> bool:
    """Say the suite's verdict where the environment of its runs says; whether there is nothing left to send."""
    from flink_chaos.report.slack_suite import suite_message

    try:
        plan, posted = record.plan(), record.posted()
        content = suite_message(verdict, link=page(plan.dag_id, plan.run_id))
        _put(plan, content, Sent(*posted) if posted else None)
    except Exception as error:  # noqa: BLE001
        log.warning("slack: the suite's verdict was not sent: %s", explained(error))
        return False
    return True


def _put(plan: SuitePlan, content: dict[str, Any], place: Sent | None) -> Sent | None:
    settings = _settings(plan)
    if settings is None:
        log.info("slack: nothing is sent: the environment of this suite has no section `slack`")
        return None
    sent = Channel(settings).put(content, place)
    log.info("slack: %s", sent.told(settings))
    return sent


def _settings(plan: SuitePlan) -> SlackSettings | None:
    from flink_chaos.profiles.catalogue import Catalogue, default_environment

    names = [run.parameters.get("environment") or default_environment() for run in plan.runs]
    return Catalogue().environment(names[0]).slack if names else None
