from flink_chaos.model.facts import SelfTest
from flink_chaos.report.selftest import selftest_line

from tests.unit.plans import AT


def test_the_line_tells_what_came_of_it_and_when():
    """In minutes, hours or days."""
    fact = SelfTest(at=AT, ok=True, age_seconds=300, version="1", message="all found")
    assert selftest_line(fact) == "record proof: self-test passed 5 min ago, version 1: all found"
    assert "FAILED 3 h ago" in selftest_line(fact.model_copy(update={"ok": False, "age_seconds": 3 * 3600}))
    assert "passed 9 days ago" in selftest_line(fact.model_copy(update={"age_seconds": 9 * 86400}))


def test_a_proof_that_was_never_tested_says_so():
    """With what to do."""
    assert selftest_line(SelfTest(at=AT, ok=None)) == "record proof: never tested; `flink-chaos selftest` does it"
