import pytest
from flink_chaos.model.base import Copy
from flink_chaos.steps import judging, reporting
from flink_chaos.steps.reporting import REPORT, draw
from flink_chaos.store.logs import append_log
from flink_chaos.store.records import StoreError

from tests.unit.plans import good_facts
from tests.unit.runs import a_run


@pytest.fixture
def attempt(tmp_path):
    found = a_run(tmp_path).attempt
    for fact in good_facts():
        found.append(fact)
    return found


def test_every_run_that_ends_has_a_report(attempt):
    """Drawn where the verdict is made."""
    judging.close(attempt)
    assert "PASS" in (attempt.folder / REPORT).read_text()


def test_a_report_that_cannot_be_drawn_changes_no_verdict(attempt, monkeypatch, caplog):
    """It is one line of warning."""

    def broken(*_):
        raise ValueError("why")

    monkeypatch.setattr(reporting, "page", broken)
    assert judging.close(attempt).outcome == "PASS"
    assert caplog.messages == ["no report.html: ValueError: why"]
    assert not (attempt.folder / REPORT).exists()


def test_a_report_is_drawn_again_at_will(attempt):
    """It is derived: an older one is no record."""
    judging.close(attempt)
    first = (attempt.folder / REPORT).read_text()
    assert draw(attempt).read_text() == first


def test_a_run_without_verdict_has_none(attempt):
    """There is nothing to tell yet."""
    with pytest.raises(StoreError, match="has no verdict yet"):
        draw(attempt)


def test_a_report_names_the_logs_that_were_kept(attempt):
    """And quotes the JobManager."""
    append_log(attempt, Copy.CHAOS, "jm", "2026-01-01T00:00:00Z ERROR lost\n", 1)
    judging.close(attempt)
    text = draw(attempt).read_text()
    assert "logs/chaos/jm/" in text
    assert "ERROR lost" in text


def test_a_report_holds_any_text_and_nobody_else_can_read_it(attempt):
    """Half a character from elsewhere is spelt out."""
    append_log(attempt, Copy.CHAOS, "p", "2026-01-01T00:00:00Z ERROR \u2028\ud800\n", 1)
    judging.close(attempt)
    path = draw(attempt)
    assert path.stat().st_mode & 0o007 == 0
    assert path.read_bytes().decode()
