"""Tells a run in Slack: one message, edited in place from its begin to its verdict, and the details in its thread.

Nothing here raises: a message is no part of the test. Whether it went out is a fact of the run.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from flink_chaos.hooks.slack_client import Channel, Sent, explained, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from flink_chaos.model.environment import SlackSettings
    from flink_chaos.model.facts import Notified
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt

    Send = Callable[[Channel], tuple[Sent, Sent | None]]
    """Says something; the message, and the answer in its thread."""

log = logging.getLogger(__name__)


def tell_begin(run_key: str) -> None:
    """Say that the run begins, and journal where, so that more can take its place."""
    from flink_chaos.report.slack import begun

    def say(attempt: Attempt, settings: SlackSettings) -> None:
        plan = attempt.plan()
        content = begun(plan, link=page(plan.dag_id, plan.run_id))
        _journal(attempt, settings, "start", lambda channel: (channel.put(content, _place(attempt)), None))

    _safely(run_key, say)


def tell_fault(run_key: str) -> None:
    """Say that the fault was felt. Not where the last word did not go out: nobody waits for Slack twice in a run."""
    from flink_chaos.model.facts import Evidence, Notified
    from flink_chaos.report.slack import struck

    def say(attempt: Attempt, settings: SlackSettings) -> None:
        journal, plan = attempt.journal(), attempt.plan()
        evidence, last = journal.last(Evidence), journal.last(Notified)
        if evidence is not None and last is not None and last.ok:
            content = struck(plan, evidence, link=page(plan.dag_id, plan.run_id))
            _journal(attempt, settings, "fault", lambda channel: (channel.put(content, _place(attempt)), None))

    _safely(run_key, say)


def tell(run_key: str, *, again: bool = True) -> None:
    """Say the run's verdict. With `again` off, a run is left alone once somebody has tried."""
    from flink_chaos.model.facts import Notified
    from flink_chaos.model.verdict import Outcome

    def say(attempt: Attempt, settings: SlackSettings) -> None:
        verdict = attempt.verdict()
        if verdict is None:
            log.info("slack: nothing is sent: there is no verdict yet; the teardown makes and tells one")
        elif verdict.outcome is Outcome.PLANNED:
            log.info("slack: nothing is sent: a dry run tests nothing")
        elif again or attempt.journal("notified").last(Notified, of="verdict") is None:
            _journal(attempt, settings, "verdict", lambda channel: _judged(channel, attempt, verdict))

    _safely(run_key, say)


def _safely(run_key: str, say: Callable[[Attempt, SlackSettings], None]) -> None:
    from flink_chaos.store.records import Store

    try:
        attempt = Store().attempt(run_key)
        settings = _settings(attempt)
        if settings is not None:
            say(attempt, settings)
    except Exception as error:  # noqa: BLE001
        log.warning("slack: %s", explained(error))


def _settings(attempt: Attempt) -> SlackSettings | None:
    """Where the run is told, None where it is not."""
    from flink_chaos.model.suite import suite_of

    plan = attempt.plan()
    if suite_of(plan.run_id) and plan.attempt == 1:
        log.info("slack: nothing is sent: the suite of this run tells all its runs in one message")
        return None
    if plan.environment.slack is None:
        log.info("slack: nothing is sent: environment %s has no section `slack`", plan.environment.name)
    return plan.environment.slack


def _journal(attempt: Attempt, settings: SlackSettings, of: Any, send: Send) -> None:
    """Say it, and write down whether it went out."""
    from flink_chaos.clock import now
    from flink_chaos.model.facts import Notified

    try:
        sent, details = send(Channel(settings))
    except Exception as error:  # noqa: BLE001
        told = f"not sent to {settings.channel} over {settings.conn_id}: {explained(error)}"
        log.warning("slack: %s", told)
        attempt.append(Notified(at=now(), ok=False, message=told, of=of))
        return
    log.info("slack: %s", sent.told(settings))
    places = {"channel": sent.channel, "ts": sent.ts, "details_ts": details.ts if details else ""}
    attempt.append(Notified(at=now(), ok=True, message=sent.told(settings), of=of, **places))


def _judged(channel: Channel, attempt: Attempt, verdict: Verdict) -> tuple[Sent, Sent | None]:
    """The verdict in place of the first message; then the details below it."""
    from flink_chaos.report.slack import details, message
    from flink_chaos.store.history import last_green

    plan = attempt.plan()
    link, green = page(plan.dag_id, plan.run_id), last_green(attempt)
    content = message(plan, verdict, stored=str(attempt.folder), link=link, green=green)
    sent = channel.put(content, _place(attempt))
    return sent, _threaded(channel, attempt, sent, details(verdict))


def _threaded(channel: Channel, attempt: Attempt, sent: Sent, content: dict[str, Any] | None) -> Sent | None:
    """Below the verdict, which has been told whether this goes out or not."""
    try:
        return channel.put(content, _answer(attempt, sent), thread=sent) if content else None
    except Exception as error:  # noqa: BLE001
        log.warning("slack: details were not sent: %s", explained(error))
        return None


def _place(attempt: Attempt) -> Sent | None:
    """Where the run's message is, None while there is none."""
    found = [fact for fact in _notified(attempt) if fact.ts]
    return Sent(found[-1].channel, found[-1].ts) if found else None


def _answer(attempt: Attempt, message: Sent) -> Sent | None:
    """Where the details are below that message, None while there are none."""
    found = [fact for fact in _notified(attempt) if fact.details_ts and fact.ts == message.ts]
    return Sent(found[-1].channel, found[-1].details_ts) if found else None


def _notified(attempt: Attempt) -> list[Notified]:
    from flink_chaos.model.facts import Notified

    return attempt.journal("notified").all(Notified)
