"""What was seen during a run. A fact is written once and never changed; verdict and report are made of nothing else."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from flink_chaos.model.base import Component, Copy, Told

Offsets = dict[int, int]
"""Kafka partition -> offset."""


Clock = Literal["worker", "kubernetes", "kafka", "storage", "flink", "litmus"]


class Fact(Told):
    """Something seen, and by whose clock."""

    at: AwareDatetime
    clock: Clock = "worker"

    @property
    def at_ms(self) -> int:
        """The moment, ms since the epoch, as samples have it."""
        return int(self.at.timestamp() * 1000)


class Check(Told):
    """One line of the preflight."""

    name: str
    ok: bool
    message: str
    blocks: bool = True


class Preflight(Fact):
    """What was looked at before anything was touched."""

    kind: Literal["preflight"] = "preflight"
    checks: list[Check]


class OffsetsReset(Fact):
    """Where a consumer group was put before the run."""

    kind: Literal["offsets_reset"] = "offsets_reset"
    group: str
    topic: str
    strategy: str
    before: dict[int, int | None]
    after: Offsets


class TopicBegin(Fact):
    """End of a topic before the run wrote to it: what is judged begins here."""

    kind: Literal["topic_begin"] = "topic_begin"
    topic: str
    offsets: Offsets


class TopicEnd(Fact):
    """End of a topic after the run: what is judged ends here."""

    kind: Literal["topic_end"] = "topic_end"
    topic: str
    offsets: Offsets
    last_stable: Offsets


class FileState(Told):
    """A file that an application wrote."""

    path: str = Field(description="below the directory of its copy")
    size: int = Field(description="bytes; of a file that is not closed what its store says")
    modified_ms: int = Field(description="when it was closed, or made, by the store's clock")
    finished: bool = Field(description="its application made it visible: a checkpoint holds all of it")


class FilesEnd(Fact):
    """What a copy that writes files had written when it was stopped: what is judged."""

    kind: Literal["files_end"] = "files_end"
    copy_: Copy = Field(alias="copy")
    directory: str = Field(description="as Flink reaches it")
    files: list[FileState]


class OpenTransaction(Told):
    """A transaction that was neither committed nor aborted."""

    transactional_id: str
    state: str
    age_seconds: float
    timeout_seconds: float = Field(description="after which Kafka aborts it")
    partitions: list[int]


class OpenTransactions(Fact):
    """What was still open on a copy's sink when it had long been stopped."""

    kind: Literal["open_transactions"] = "open_transactions"
    copy_: Copy = Field(alias="copy")
    transactions: list[OpenTransaction] = Field(description="none where the brokers could not be asked for them")
    behind: dict[int, int] = Field(description="partition -> records beyond the last stable offset")


class Deployed(Fact):
    """A copy runs: all tasks run and a checkpoint completed after the start."""

    kind: Literal["deployed"] = "deployed"
    copy_: Copy = Field(alias="copy")
    uid: str
    job_id: str
    completed_checkpoints: int


class Steady(Fact):
    """Whether both copies kept up with the loader before the fault."""

    kind: Literal["steady"] = "steady"
    ok: bool
    message: str
    lag: dict[Copy, int]
    records_per_second: float


class Target(Told):
    """A pod that is to be hit."""

    pod: str
    uid: str
    node: str | None
    component: Component
    tasks: int | None = Field(default=None, description="slots in use there; null: not known, or no TaskManager")


class TargetsChosen(Fact):
    """Pods resolved right before the injection; a node to be hit, and another one for Litmus' own pods."""

    kind: Literal["targets_chosen"] = "targets_chosen"
    targets: list[Target]
    node: str = ""
    helper_node: str = ""


class PodsSeen(Fact):
    """Pods of the component under attack, written whenever they are others than before."""

    kind: Literal["pods_seen"] = "pods_seen"
    pods: dict[str, str] = Field(description="UID -> name")


class Checkpoint(Told):
    """One checkpoint or savepoint in the JobManager's history; milliseconds."""

    id: int
    status: str
    is_savepoint: bool
    trigger_ms: int
    duration_ms: int
    size_bytes: int | None = Field(default=None, description="what this checkpoint wrote")
    failure: str = ""
    alignment_ms: int | None = Field(
        default=None, description="longest time from the first barrier to the last in any subtask; null: not known"
    )
    start_delay_ms: int | None = Field(
        default=None, description="longest time until any subtask saw its first barrier; null: not known"
    )

    @property
    def ended_ms(self) -> int:
        """When it completed or failed; of one in progress, when it was looked at."""
        return self.trigger_ms + self.duration_ms


class CheckpointsSeen(Fact):
    """What a copy's JobManager told of its job at a moment of the run."""

    kind: Literal["checkpoints_seen"] = "checkpoints_seen"
    copy_: Copy = Field(alias="copy")
    moment: Literal["before the fault", "after the fault", "drained"]
    job_id: str
    latest_id: int = Field(description="newest completed checkpoint; 0: none")
    restored_id: int | None
    restored_path: str | None
    restored_ms: int = Field(default=0, description="when, by Flink's clock: each attempt has its own; 0: never")
    history: list[Checkpoint]


class SavepointTaken(Fact):
    """The chaos copy was stopped in the middle of a run; `path` is empty when it was stopped without a savepoint."""

    kind: Literal["savepoint_taken"] = "savepoint_taken"
    path: str


class Unschedulable(Fact):
    """Pods of the chaos copy found no node for as long as the recovery may take."""

    kind: Literal["unschedulable"] = "unschedulable"
    pods: list[str]
    seconds: float
    message: str = Field(description="the scheduler's own words: what was missing")


class FaultStarted(Fact):
    """The ChaosEngine exists: from here on the fault may act."""

    kind: Literal["fault_started"] = "fault_started"
    engine: str
    uid: str


class FaultEnded(Fact):
    """What Litmus said at the end."""

    kind: Literal["fault_ended"] = "fault_ended"
    engine_status: str
    phase: str
    verdict: str
    message: str


RETURNED, UNSEEN = "returned", "unseen"
"""Detail of a drill's evidence: false where the application did not come back in time."""


class Evidence(Fact):
    """Whether the fault was felt, whatever Litmus said of it."""

    kind: Literal["evidence"] = "evidence"
    felt: bool
    message: str
    details: dict[str, str] = Field(default_factory=dict, description="what was measured")


class LoadStarted(Fact):
    """The first records of the loader are in the source topic."""

    kind: Literal["load_started"] = "load_started"
    topic: str
    begin: Offsets


class Loaded(Fact):
    """What the loader wrote to the source topic."""

    kind: Literal["loaded"] = "loaded"
    expected: int
    written: int = Field(description="committed records, counted by reading them")
    state: str
    begin: Offsets
    end: Offsets = Field(description="after the last of those records; markers of transactions may follow")


class Drained(Fact):
    """Whether a copy read and wrote everything before the deadline."""

    kind: Literal["drained"] = "drained"
    copy_: Copy = Field(alias="copy")
    ok: bool
    message: str
    lag: int
    restarts_seen: int = 0
    unseen: bool = Field(default=False, description="nobody could look at the output: no answer from its store")


class Stopped(Fact):
    """How a copy ended."""

    kind: Literal["stopped"] = "stopped"
    copy_: Copy = Field(alias="copy")
    ok: bool
    savepoint: str | None
    message: str
    unseen: bool = Field(default=False, description="nobody could look when time was up")


class Table(Fact):
    """Result of a report query."""

    kind: Literal["table"] = "table"
    name: str
    columns: list[str]
    rows: list[list[Any]]


class SelfTest(Fact):
    """What the latest self-test of the record proof said, when the verdict was made."""

    kind: Literal["self_test"] = "self_test"
    ok: bool | None = Field(description="null: it never ran")
    age_seconds: float | None = None
    version: str = Field(default="", description="package that was tested")
    message: str = ""


class Observed(Fact):
    """The observer has ended: every sample is stored."""

    kind: Literal["observed"] = "observed"
    samples: int
    longest_gap_seconds: float


class Judging(Fact):
    """The verdict is about to be made: whoever observes stores what it has."""

    kind: Literal["judging"] = "judging"


LOCK_LOST = "lock"
"""`step` of the failure that explains the others: somebody else took the run away."""


class StepFailed(Fact):
    """A step could not do its work; the run cannot be judged beyond this."""

    kind: Literal["step_failed"] = "step_failed"
    step: str
    message: str


class StopRequested(Fact):
    """Somebody wants the run to end; every wait obeys at its next question."""

    kind: Literal["stop_requested"] = "stop_requested"
    by: str


class Undone(Fact):
    """What the teardown removed and what it could not."""

    kind: Literal["undone"] = "undone"
    removed: list[str]
    residue: list[str]
    nodes_back: bool = False
    """Whether nothing was left in the cluster and no node cordoned: residue is then Kafka's alone."""


class Notified(Fact):
    """Whether people were told, and by which message: it is edited when there is more to tell."""

    kind: Literal["notified"] = "notified"
    ok: bool
    message: str
    of: Literal["start", "fault", "verdict"] = "verdict"
    channel: str = ""
    ts: str = Field(default="", description="Slack's name of the message in its channel")
    details_ts: str = Field(default="", description="of the answer in its thread")
