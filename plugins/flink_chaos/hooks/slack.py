"""Tells a verdict in Slack, over a connection of Airflow's Slack provider."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from airflow.providers.slack.hooks.slack import SlackHook

    from flink_chaos.model.environment import SlackSettings
    from flink_chaos.model.facts import Notified
    from flink_chaos.model.plan import RunPlan
    from flink_chaos.model.suite import SuitePlan, SuiteVerdict
    from flink_chaos.model.verdict import Verdict
    from flink_chaos.store.records import Attempt

TIMEOUT_SECONDS = 10
"""Unless the connection's extra has a `timeout` of its own."""
ERROR_CHARACTERS = 300

log = logging.getLogger(__name__)


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
    from flink_chaos.model.suite import suite_of
    from flink_chaos.model.verdict import Outcome

    plan, verdict = attempt.plan(), attempt.verdict()
    settings = plan.environment.slack
    if suite_of(plan.run_id) and plan.attempt == 1:
        log.info("slack: nothing is sent: the suite of this run tells all its runs in one message")
    elif settings is None:
        log.info("slack: nothing is sent: environment %s has no section `slack`", plan.environment.name)
    elif verdict is None:
        log.info("slack: nothing is sent: there is no verdict yet; the teardown makes and tells one")
    elif verdict.outcome is Outcome.PLANNED:
        log.info("slack: nothing is sent: a dry run tests nothing")
    elif again or attempt.journal().last(Notified) is None:
        attempt.append(_notified(attempt, plan, verdict, settings))


def _notified(attempt: Attempt, plan: RunPlan, verdict: Verdict, settings: SlackSettings) -> Notified:
    from flink_chaos.model.facts import Notified
    from flink_chaos.steps.run import now

    try:
        told = _posted(attempt, plan, verdict, settings)
    except Exception as error:  # noqa: BLE001
        told = f"not sent to {settings.channel} over {settings.conn_id}: {_explained(error)}"
        log.warning("slack: %s", told)
        return Notified(at=now(), ok=False, message=told)
    log.info("slack: %s", told)
    return Notified(at=now(), ok=True, message=told)


def _posted(attempt: Attempt, plan: RunPlan, verdict: Verdict, settings: SlackSettings) -> str:
    from flink_chaos.report.slack import message

    link = _page(plan.dag_id, plan.run_id)
    return _post(settings, message(plan, verdict, stored=str(attempt.folder), link=link))


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
        log.info("slack: %s", _post(settings, suite_message(verdict, link=_page(plan.dag_id, plan.run_id))))


def _post(settings: SlackSettings, content: dict[str, Any]) -> str:
    look = {"username": settings.username, "icon_emoji": settings.icon_emoji}
    quiet = {"unfurl_links": False, "unfurl_media": False}
    body = {"channel": settings.channel, **look, **quiet, **content}
    answer = _hook(settings.conn_id).call("chat.postMessage", json=body)
    return f"sent to {settings.channel} ({answer.get('channel')}, {answer.get('ts')})"


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
