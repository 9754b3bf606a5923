"""One Kafka cluster: a client that is replaced when it fails, and how answers become results or clear errors."""

from __future__ import annotations

import concurrent.futures
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from flink_chaos import clock
from flink_chaos.kafka.errors import KafkaProblem
from flink_chaos.kafka.reasons import REFUSALS, TRANSIENT, code_of, late, reason_of, remedy_of
from flink_chaos.model.masking import MASK, masked, remember
from flink_chaos.model.secret_keys import is_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

SERVERS = "bootstrap.servers"
GRACE = 5.0
"""Seconds by which we wait longer than librdkafka does, so that its own and better reason comes first."""

QUIET = {
    "client.id": "flink-chaos",
    "log_level": "2",  # librdkafka else writes a line for each failed connection; the error says it once
    # A broker that is back is asked within a second, not after ten; one behind a dead route is given up earlier.
    "reconnect.backoff.max.ms": "1000",
    "socket.connection.setup.timeout.ms": "10000",
}
"""Below a caller's configuration."""

YOUNG_SECONDS = 5.0
"""A client that was just made is not replaced: several threads tell of one and the same failure."""

RETIRED_SECONDS = 60.0
"""How long a replaced client is kept: other threads may still wait for an answer to it."""

ADMIN = ""
"""Name of the admin client among the others, which are named by their group."""

READER_GROUP = "flink-chaos-reader"
"""Unless the configuration names a `group.id`."""

Config = dict[str, str]


def settings_of(config: Mapping[str, Any]) -> Config:
    """Return the settings as librdkafka has them, all texts; JSON may have said 5 or true.

    Raises KafkaProblem for what is neither text, number nor truth value: librdkafka would take its Python spelling.
    """
    wrong = [
        f"{name!r} is {MASK if is_secret(name) else repr(value)}"
        for name, value in config.items()
        if not isinstance(value, str | int | float)
    ]
    if wrong:
        raise KafkaProblem(masked(f"Kafka's configuration: {', '.join(wrong)}: write a text, a number, true or false"))
    for name, value in config.items():
        if is_secret(name):
            remember(str(value))
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in config.items()}


class Kafka:
    """A Kafka cluster, named by librdkafka configuration (at least `bootstrap.servers`). Connects on first use.

    Threads may share it. Its clients are replaced after every failure that is not a broker's own answer: those of
    librdkafka 2.16 may never come back when all brokers were gone for some seconds, and a new one does at once.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Raises KafkaProblem if the configuration names no cluster, or holds what is no setting."""
        self.config = settings_of(config)
        if not self.config.get(SERVERS, "").strip():
            raise KafkaProblem(f"Kafka's configuration has no {SERVERS!r}: name at least one broker as host:port")
        self._lock = threading.Lock()
        self._clients: dict[str, tuple[float, Any]] = {}
        self._retired: list[tuple[float, Any]] = []
        self._last: KafkaError | None = None

    @property
    def servers(self) -> str:
        """The addresses it was named by, for messages."""
        return self.config[SERVERS]

    @property
    def admin(self) -> AdminClient:
        """The AdminClient of now: ask for it each time. Raises KafkaProblem when the configuration is refused."""
        admin: AdminClient = self._kept(ADMIN, lambda: self._made(AdminClient, {}))
        return admin

    def group_reader(self, group: str) -> Consumer:
        """The consumer that reads and writes a group's offsets without joining it: ask for it each time.

        Not the admin client: librdkafka ends the whole process when a broker goes away while it asks a coordinator
        for somebody (github.com/confluentinc/librdkafka/issues/4605).
        """
        own = {"group.id": group, "enable.auto.commit": "false"}
        reader: Consumer = self._kept(group, lambda: self._made(Consumer, own))
        return reader

    def _kept(self, name: str, make: Callable[[], Any]) -> Any:
        """One client of each name, until it fails."""
        with self._lock:
            if name not in self._clients:
                self._clients[name], self._last = (clock.monotonic(), make()), None
            return self._clients[name][1]

    def consumer(self, **overrides: str) -> Consumer:
        """Return a consumer that commits nothing; `overrides` have dots as underscores. The caller closes it."""
        own = {"group.id": self.reader_group, "enable.auto.commit": "false"}
        named = {key.replace("_", "."): value for key, value in overrides.items()}
        return self._made(Consumer, {**own, **named})

    @property
    def reader_group(self) -> str:
        """As which we read: nothing is committed, but a user needs the right READ on it."""
        return self.config.get("group.id") or READER_GROUP

    def ping(self, timeout: float = 10) -> str:
        """Return the cluster's id; raises KafkaProblem when no broker answers within `timeout` seconds."""
        what = "describe the cluster"
        described = self.ask(what, lambda admin: admin.describe_cluster(request_timeout=timeout), timeout)
        return str(described.cluster_id)

    def cluster_id(self, timeout: float = 10) -> str:
        """Return the cluster's id as any broker tells it, empty if none does; raises KafkaProblem when none answers."""
        try:
            return str(self.admin.list_topics(timeout=timeout).cluster_id or "")
        except KafkaException as error:
            raise self.problem("ask for the cluster's id", error) from error

    def ask(self, what: str, question: Callable[[AdminClient], concurrent.futures.Future[T]], timeout: float) -> T:
        """Return the answer to one request; raises KafkaProblem saying that `what` failed, and why."""
        try:
            return self.answer(question, timeout)
        except KafkaException as error:
            raise self.problem(what, error) from error

    def answer(self, question: Callable[[AdminClient], concurrent.futures.Future[T]], timeout: float) -> T:
        """Return the answer to one request; raises KafkaException also when none comes, for callers that look at it."""
        try:
            return question(self.admin).result(timeout + GRACE)
        except concurrent.futures.TimeoutError as error:
            raise late(timeout) from error
        except (TypeError, ValueError, KeyError) as error:
            raise KafkaException(KafkaError(KafkaError._INVALID_ARG, f"{type(error).__name__}: {error}")) from error

    def problem(self, what: str, why: KafkaException | KafkaError | str, *, transient: bool = False) -> KafkaProblem:
        """Make the one line: what, where, why, what to do. An error says by itself whether it is transient.

        The library raises its errors in exceptions, and tells those of a single broker without one.

        When librdkafka itself gave up, its last word on the connection is the true reason, and its client is replaced.
        """
        if isinstance(why, str):
            return KafkaProblem(f"{self._cannot(what)}: {why}. {remedy_of(0, why)}", transient=transient)
        error = why if isinstance(why, KafkaException) else KafkaException(why)
        code, reason, last = code_of(error), reason_of(error), None
        if code < 0:
            last = self._last_word()
            self._replace()
        refused = last is not None and last.code() in REFUSALS
        cause = f"{reason} ({last.str()})" if last is not None else reason
        remedy = remedy_of(last.code() if last is not None and refused else code, cause)
        return KafkaProblem(f"{self._cannot(what)}: {cause}. {remedy}", transient=code in TRANSIENT and not refused)

    def _cannot(self, what: str) -> str:
        return f"Kafka at {self.servers}: cannot {what}"

    def _made(self, kind: Callable[..., T], own: Config) -> T:
        try:
            return kind({**QUIET, **self.config, **own, "error_cb": self._remember})
        except (KafkaException, TypeError, ValueError) as error:
            why = reason_of(error) if isinstance(error, KafkaException) else str(error)
            raise KafkaProblem(f"Kafka at {self.servers}: its configuration is refused: {why}") from error

    def _last_word(self) -> KafkaError | None:
        """What librdkafka said last of the connection: it says it only to whoever asks."""
        with self._lock:
            clients = [client for _, client in self._clients.values()]
        for client in clients:
            event = client.poll(0)
            if hasattr(event, "error") and event.error() is not None:  # a consumer is told of its group so
                self._remember(event.error())
        return self._last

    def _replace(self) -> None:
        """Let the next question make new clients."""
        now = clock.monotonic()
        with self._lock:
            self._retired = [one for one in self._retired if now - one[0] < RETIRED_SECONDS]
            for name in [name for name, (made, _) in self._clients.items() if now - made >= YOUNG_SECONDS]:
                self._retired.append((now, self._clients.pop(name)[1]))

    def _remember(self, error: KafkaError) -> None:
        """That all brokers are down is told after the reason why, and is none."""
        if error.code() != KafkaError._ALL_BROKERS_DOWN or self._last is None:
            self._last = error
