"""Draw the Slack messages of a run that passed, of one that failed, and of one under its fault.

PYTHONPATH=plugins:. python docs/pictures/render_slack.py, with Chromium and the fonts Lato and Noto Color Emoji.
The verdicts are made by the judge; the look is Slack's desktop client, as near as some CSS comes.
"""

from __future__ import annotations

import html
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from flink_chaos.model.base import Copy
from flink_chaos.model.comparison_facts import RecordProof
from flink_chaos.model.facts import Drained, Evidence, Fact, Stopped, Table
from flink_chaos.model.proof import Deliveries, Finding, Place
from flink_chaos.report.slack import details, message, struck
from flink_chaos.verdict.judge import judge

from tests.unit.observed import facts, observation
from tests.unit.plans import AT, RECORDS, a_plan, counts, journal

HERE = Path(__file__).parent
WIDTH = 760
LINK = "https://airflow.example/dags/pod_delete/runs/1"
STORED = "s3://flink-chaos/runs/pod_delete-1f0c5a/manual__2026-11-24T03_05_12_00_00-9b1c20/1"
SAVEPOINT = "hdfs://198.18.0.1:8020/flink-chaos/r8ef74b59ff/chaos/savepoints/savepoint-5f3a1c-0c77d2a91b3e"
STATUS = {0: 170_412, 1: 28_903, 2: 214, 3: 465, 6: 6}
EVENTS = {"click": 31_877, "conversion": 1_204, "impression": 166_919}
SURPLUS = (
    {0: 15_592, 1: 2_644, 2: 21, 3: 42},
    {"click": 2_917, "conversion": 110, "impression": 15_272},
)
EMOJI = {
    "white_check_mark": "✅",
    "x": "❌",
    "boom": "💥",
    "zap": "⚡",
    "warning": "⚠️",
    "octagonal_sign": "🛑",
    "grey_question": "❔",
}
CSS = """
body { margin: 0; padding: 18px 20px; font: 15px/22px Lato, sans-serif; color: #1d1c1d; background: #fff }
.message { display: grid; grid-template-columns: 36px 1fr; gap: 10px }
.face { width: 36px; height: 36px; border-radius: 6px; background: #f2f2f5; font-size: 22px; line-height: 36px;
  text-align: center }
.who b { font-weight: 900 } .who i { font: 700 10px Lato; background: #e8e8e8; color: #616061; border-radius: 2px;
  padding: 1px 3px; margin: 0 6px } .who span { color: #616061; font-size: 12px }
h1 { font: 900 18px/24px Lato; margin: 4px 0 8px }
.bar { border-left: 4px solid; border-radius: 4px; padding: 2px 0 2px 12px; max-width: 620px }
.bar > * { margin: 0 0 8px } .context { color: #616061; font-size: 12px; line-height: 18px }
.thread { margin: 14px 0 0 8px; padding-left: 14px; border-left: 2px solid #ddd }
.thread i { color: #616061; font-size: 12px }
.section { white-space: pre-line }
pre { font: 12px/18px 'DejaVu Sans Mono', monospace; background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px;
  padding: 8px; margin: 4px 0; white-space: pre-wrap }
code { font: 12px 'DejaVu Sans Mono', monospace; background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px;
  color: #e01e5a; padding: 1px 3px } a { color: #1264a3; text-decoration: none }
"""


def main() -> None:
    """Write the pictures beside this file."""
    for name, sink, surplus in (("pass", "EXACTLY_ONCE", ({}, {})), ("fail", "AT_LEAST_ONCE", SURPLUS)):
        plan = a_plan("manual__2026-11-24T03:05:12+00:00", delivery_guarantee=sink, contract="EXACTLY_ONCE")
        verdict = judge(plan, journal(*facts_of(*surplus), *facts()), observation())
        green = judge(plan, journal(*facts()), observation(back=49))
        draw(f"slack-{name}", message(plan, verdict, stored=STORED, link=LINK, green=green), details(verdict))
    seen = "pod chaos-r8ef74b59ff-taskmanager-1-1 is gone, another UID took its place"
    felt = Evidence(at=AT.replace(hour=3, minute=7), felt=True, message=seen)
    draw("slack-fault", struck(plan, felt, link=LINK), None)


def facts_of(by_status: dict[int, int], by_event: dict[str, int]) -> list[Fact]:
    """What a run saw whose chaos copy wrote so many records once more."""
    surplus = sum(by_status.values())
    flushed = "lag 0 and flushed 7 s after the last record"
    return [
        *(Drained(at=AT, copy=copy, ok=True, message=flushed, lag=0) for copy in Copy),
        *(Stopped(at=AT, copy=copy, ok=True, savepoint=SAVEPOINT, message=SAVEPOINT) for copy in Copy),
        counts(Copy.CHAOS, records=RECORDS + surplus, duplicated=surplus, surplus=surplus),
        proof(surplus),
        report("by valid_status", "valid_status", STATUS, by_status),
        report("by event_type", "event_type", EVENTS, by_event),
    ]


def proof(surplus: int) -> RecordProof:
    """The same by the record proof, with the first offender."""
    counted = {"expected": RECORDS, "records": RECORDS + surplus, "ids": RECORDS, "lost": 0, "extra": 0}
    places = [Place(partition=1, offset=offset, timestamp_ms=0) for offset in (14_877, 19_402)]
    again = "written again 11.9 s later"
    first = Finding(kind="duplicated", id="59508", sink=places, phase="in the fault", cause=again)
    return RecordProof(
        at=AT,
        copy=Copy.CHAOS,
        deliveries=Deliveries.model_validate(counted | {"duplicated": surplus, "surplus": surplus}),
        findings=[first] if surplus else [],
        seconds=4.0,
    )


def report(name: str, column: str, stable: dict[Any, int], surplus: dict[Any, int]) -> Table:
    """A report table, as SQL Gateway returns it."""
    columns = [column, "no_chaos_cnt", "chaos_cnt", "diff_cnt", "diff_cnt_percentage"]
    rows = [[k, n, n + surplus.get(k, 0), surplus.get(k, 0), 100 * surplus.get(k, 0) / n] for k, n in stable.items()]
    return Table(at=AT, clock="flink", name=name, columns=columns, rows=rows)


def draw(name: str, sent: dict[str, Any], below: dict[str, Any] | None) -> None:
    """Render the message and its thread, as high as they are."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(page_of(sent, below))
        height = chromium(page, 800, "--dump-dom").partition("<title>")[2].partition("<")[0]
        chromium(page, int(height), f"--screenshot={HERE / name}.png")


def chromium(page: Path, height: int, argument: str) -> str:
    """Run it without a window."""
    look = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
    command = ["chromium", *look, f"--window-size={WIDTH},{height}", argument, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def page_of(sent: dict[str, Any], below: dict[str, Any] | None) -> str:
    """Message and thread as a page that writes its height into its title."""
    attachment = sent["attachments"][0]
    thread = thread_of(below) if below else ""
    head = "".join(map(block_of, sent["blocks"]))
    body = "".join(map(block_of, attachment["blocks"]))
    return (
        f"<!doctype html><meta charset=utf-8><title></title><style>{CSS}</style><div class=message>"
        f"<div class=face>{EMOJI['boom']}</div><div>"
        f"<div class=who><b>Chaos-test</b><i>APP</i><span>3:19 AM</span></div>{head}"
        f"<div class=bar style='border-color:{attachment['color']}'>{body}</div>"
        f"{thread}</div></div>"
        "<script>document.title = 18 + Math.ceil(document.querySelector('.message').offsetHeight + 18)</script>"
    )


def thread_of(below: dict[str, Any]) -> str:
    """What stands below the message."""
    attachment = below["attachments"][0]
    body = "".join(map(block_of, attachment["blocks"]))
    bar = f"<div class=bar style='border-color:{attachment['color']}'>{body}</div>"
    return f"<div class=thread><i>in the thread</i>{bar}</div>"


def block_of(block: dict[str, Any]) -> str:
    """One block of Block Kit as HTML."""
    if block["type"] == "header":
        return f"<h1>{emoji(html.escape(block['text']['text']))}</h1>"
    text = block["elements"][0]["text"] if block["type"] == "context" else block["text"]["text"]
    return f"<div class={block['type']}>{markup(text)}</div>"


def markup(text: str) -> str:
    """Slack's markup as HTML; its text is escaped already."""
    text = re.sub(r"\n?```(.*?)```\n?", r"<pre>\1</pre>", text, flags=re.DOTALL)
    text = re.sub(r"<(https?:[^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', text)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", text)
    return emoji(re.sub(r"(?<!\w)_([^_\n]+)_(?!\w)", r"<em>\1</em>", text))


def emoji(text: str) -> str:
    """Names between colons as pictures."""
    return re.sub(r":(\w+):", lambda found: EMOJI.get(found[1], found[0]), text)


if __name__ == "__main__":
    main()
