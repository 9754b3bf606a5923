"""A channel of Slack, over a connection of Airflow's Slack provider."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flink_chaos.model.masking import masked, masked_data
from flink_chaos.model.text import one_line

if TYPE_CHECKING:
    from airflow.providers.slack.hooks.slack import SlackHook

    from flink_chaos.model.environment import SlackSettings

TIMEOUT_SECONDS = 10
"""Unless the connection's extra has a `timeout` of its own."""
ERROR_CHARACTERS = 300

GONE = ("message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive")
"""What Slack says of a message that cannot be edited: what it was to tell is a new one then."""


@dataclass(frozen=True)
class Sent:
    """A message as Slack names it: the channel's id and the message's own."""

    channel: str
    ts: str
    edited: bool = False

    def told(self, settings: SlackSettings) -> str:
        """In words."""
        return one_line(f"{'edited in' if self.edited else 'sent to'} {settings.channel} ({self.channel}, {self.ts})")


class Channel:
    """Where an environment's messages go. All that one of them says takes no longer than the time-out together."""

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._hook = hook(settings.conn_id)
        self._until = time.monotonic() + self._hook.client.timeout

    def put(self, content: dict[str, Any], place: Sent | None = None, thread: Sent | None = None) -> Sent:
        """Edit the message at that place; send a new one, into a thread, where there is none or it cannot be edited."""
        return (self._edited(content, place) if place else None) or self._posted(content, thread)

    def _posted(self, content: dict[str, Any], thread: Sent | None) -> Sent:
        look = {"username": self._settings.username, "icon_emoji": self._settings.icon_emoji}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        below = {"channel": thread.channel, "thread_ts": thread.ts} if thread else {"channel": self._settings.channel}
        answer = self._call("chat.postMessage", {**below, **look, **quiet, **content})
        return Sent(str(answer.get("channel")), str(answer.get("ts")))

    def _edited(self, content: dict[str, Any], place: Sent) -> Sent | None:
        """Name and picture stay as they were: Slack edits the content only."""
        from slack_sdk.errors import SlackApiError

        try:
            self._call("chat.update", {"channel": place.channel, "ts": place.ts, **content})
        except SlackApiError as error:
            if error.response.get("error") not in GONE:
                raise
            return None
        return Sent(place.channel, place.ts, edited=True)

    def _call(self, method: str, body: dict[str, Any]) -> Any:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no time is left for {method}")
        self._hook.client.timeout = ceil(left)
        return self._hook.call(method, json=masked_data(body))


def hook(conn_id: str) -> SlackHook:
    """The provider's hook, told not to wait long: neither by its client's 30 s nor by trying again."""
    from airflow.providers.slack.hooks.slack import SlackHook

    own = SlackHook.get_connection(conn_id).extra_dejson.get("timeout")
    # Slack's client logs each failure in lines of its own; ours tells the same.
    client_log = logging.getLogger(f"{__name__}.client")
    client_log.setLevel(logging.CRITICAL)
    timeout = None if own else TIMEOUT_SECONDS
    return SlackHook(slack_conn_id=conn_id, timeout=timeout, retry_handlers=[], logger=client_log)


def page(dag_id: str, run_id: str) -> str | None:
    """A run's page in Airflow, None where Airflow does not know its own address."""
    from airflow.sdk.configuration import conf

    base = str(conf.get("api", "base_url", fallback="") or "")
    return f"{base.rstrip('/')}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}" if base else None


def explained(error: Exception) -> str:
    """One line; of what Slack itself answers only its error code and the scope that is missing."""
    if isinstance(error, ImportError):
        return f"{error}: install airflow-flink-chaos[slack]"
    answer: Any = getattr(error, "response", None)
    if answer is None:
        return one_line(masked(f"{type(error).__name__}: {error}"), ERROR_CHARACTERS)
    needed = f" (needed: {answer.get('needed')})" if answer.get("needed") else ""
    return one_line(f"Slack answers {answer.get('error')}{needed}", ERROR_CHARACTERS)
