"""Tells a run in Slack, over a connection of Airflow's Slack provider: one message, edited in place, and its thread."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.slack.hooks.slack import SlackHook

    from flink_chaos.model.environment import SlackSettings
    from flink_chaos.model.facts import Notified
    from flink_chaos.model.suite import SuitePlan, SuiteVerdict
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt

TIMEOUT_SECONDS = 10
"""Unless the connection's extra has a `timeout` of its own."""
ERROR_CHARACTERS = 300

GONE = ("message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive")
"""What Slack says of a message that cannot be edited: the verdict is a new one then."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """A message in Slack: in words, and how it is found again."""

    told: str
    channel: str
    ts: str


def tell_begin(run_key: str) -> None:
    """Post that the run begins, and journal the message, so that its verdict can take its place. Never raises."""
    from flink_chaos.store.records import Store

    try:
        attempt = Store().attempt(run_key)
        settings = _settings(attempt)
        if settings is not None:
            attempt.append(_journaled(settings, "start", lambda: _begun(attempt, settings)))
    except Exception as error:  # noqa: BLE001
        log.warning("slack: %s", _explained(error))


def tell(run_key: str, *, again: bool = True) -> None:
    """Post the run's verdict where its environment says, and journal whether it went out.

    Never raises: a message is no part of the test. With `again` off, a run is left alone once somebody has tried.
    """
    from flink_chaos.store.records import Store

    try:
        _tell(Store().attempt(run_key), again=again)
    except Exception as error:  # noqa: BLE001
        log.warning("slack: %s", _explained(error))


def _tell(attempt: Attempt, *, again: bool) -> None:
    from flink_chaos.model.facts import Notified
    from flink_chaos.model.verdict import Outcome

    verdict, settings = attempt.verdict(), _settings(attempt)
    if settings is None:
        return
    if verdict is None:
        log.info("slack: nothing is sent: there is no verdict yet; the teardown makes and tells one")
    elif verdict.outcome is Outcome.PLANNED:
        log.info("slack: nothing is sent: a dry run tests nothing")
    elif again or attempt.journal().last(Notified, of="verdict") is None:
        attempt.append(_journaled(settings, "verdict", lambda: _posted(attempt, verdict, settings)))


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


def _journaled(settings: SlackSettings, of: Literal["start", "verdict"], send: Callable[[], Sent]) -> Notified:
    """What is said of a message, whether it went out or not."""
    from flink_chaos.model.facts import Notified
    from flink_chaos.steps.run import now

    try:
        sent = send()
    except Exception as error:  # noqa: BLE001
        told = f"not sent to {settings.channel} over {settings.conn_id}: {_explained(error)}"
        log.warning("slack: %s", told)
        return Notified(at=now(), ok=False, message=told, of=of)
    log.info("slack: %s", sent.told)
    return Notified(at=now(), ok=True, message=sent.told, of=of, channel=sent.channel, ts=sent.ts)


def _begun(attempt: Attempt, settings: SlackSettings) -> Sent:
    from flink_chaos.report.slack import begun

    plan = attempt.plan()
    return _post(settings, begun(plan, link=_page(plan.dag_id, plan.run_id)))


def _posted(attempt: Attempt, verdict: Verdict, settings: SlackSettings) -> Sent:
    """The verdict in place of the first message, or anew where that is gone; then the details below it."""
    from flink_chaos.report.slack import details, message
    from flink_chaos.store.history import last_green

    plan = attempt.plan()
    link, green = _page(plan.dag_id, plan.run_id), last_green(attempt)
    content = message(plan, verdict, stored=str(attempt.folder), link=link, green=green)
    sent = _edited(attempt, settings, content) or _post(settings, content)
    _threaded(settings, sent, details(verdict))
    return sent


def _threaded(settings: SlackSettings, sent: Sent, content: dict[str, Any] | None) -> None:
    """Below the verdict, which has been told whether this goes out or not."""
    try:
        if content:
            _post(settings, content | {"channel": sent.channel, "thread_ts": sent.ts})
    except Exception as error:  # noqa: BLE001
        log.warning("slack: details were not sent: %s", _explained(error))


def _edited(attempt: Attempt, settings: SlackSettings, content: dict[str, Any]) -> Sent | None:
    """None where there is no message to edit, or Slack says that it cannot be edited any more."""
    from slack_sdk.errors import SlackApiError

    from flink_chaos.model.facts import Notified

    first = attempt.journal("notified").last(Notified, ok=True)
    if first is None or not first.ts:
        return None
    place = {"channel": first.channel, "ts": first.ts}
    try:
        _hook(settings.conn_id).call("chat.update", json={**place, **content})
    except SlackApiError as error:
        if error.response.get("error") not in GONE:
            raise
        return None
    return Sent(f"edited in {settings.channel} ({first.channel}, {first.ts})", first.channel, first.ts)


def tell_suite(plan: SuitePlan, verdict: SuiteVerdict) -> bool:
    """Post the verdict of a suite where the environment of its runs says; whether there is nothing left to send.

    Never raises.
    """
    try:
        _tell_suite(plan, verdict)
    except Exception as error:  # noqa: BLE001
        log.warning("slack: the suite's verdict was not sent: %s", _explained(error))
        return False
    return True


def _tell_suite(plan: SuitePlan, verdict: SuiteVerdict) -> None:
    from flink_chaos.profiles.catalogue import Catalogue, default_environment
    from flink_chaos.report.slack import suite_message

    names = [run.parameters.get("environment") or default_environment() for run in plan.runs]
    settings = Catalogue().environment(names[0]).slack if names else None
    if settings is None:
        log.info("slack: nothing is sent: the environment of this suite has no section `slack`")
    else:
        log.info("slack: %s", _post(settings, suite_message(verdict, link=_page(plan.dag_id, plan.run_id))).told)


def _post(settings: SlackSettings, content: dict[str, Any]) -> Sent:
    look = {"username": settings.username, "icon_emoji": settings.icon_emoji}
    quiet = {"unfurl_links": False, "unfurl_media": False}
    body = {"channel": settings.channel, **look, **quiet, **content}
    answer = _hook(settings.conn_id).call("chat.postMessage", json=body)
    channel, ts = str(answer.get("channel")), str(answer.get("ts"))
    return Sent(f"sent to {settings.channel} ({channel}, {ts})", channel, ts)


def _hook(conn_id: str) -> SlackHook:
    """The provider's hook, told not to wait long: neither by its client's 30 s nor by trying again."""
    from airflow.providers.slack.hooks.slack import SlackHook

    own = SlackHook.get_connection(conn_id).extra_dejson.get("timeout")
    # Slack's client logs each failure in lines of its own; ours tells the same.
    client_log = logging.getLogger(f"{__name__}.client")
    client_log.setLevel(logging.CRITICAL)
    timeout = None if own else TIMEOUT_SECONDS
    return SlackHook(slack_conn_id=conn_id, timeout=timeout, retry_handlers=[], logger=client_log)


def _page(dag_id: str, run_id: str) -> str | None:
    """The run's page in Airflow, None where Airflow does not know its own address."""
    from airflow.sdk.configuration import conf

    base = str(conf.get("api", "base_url", fallback="") or "")
    return f"{base.rstrip('/')}/dags/{dag_id}/runs/{quote(run_id)}" if base else None


def _explained(error: Exception) -> str:
    """One line; of what Slack itself answers only its error code and the scope that is missing."""
    if isinstance(error, ImportError):
        return f"{error}: install airflow-flink-chaos[slack]"
    answer: Any = getattr(error, "response", None)
    if answer is None:
        return f"{type(error).__name__}: {' '.join(str(error).split())}"[:ERROR_CHARACTERS]
    needed = f" (needed: {answer.get('needed')})" if answer.get("needed") else ""
    return f"Slack answers {' '.join(str(answer.get('error')).split())}{needed}"[:ERROR_CHARACTERS]
