import os
from datetime import timedelta

import pytest
from flink_chaos.clock import using
from flink_chaos.model.selftest import SelfTestResult
from flink_chaos.store.records import Store
from flink_chaos.store.selftest import keep, latest

from tests.unit.fake_clock import FakeClock
from tests.unit.plans import AT


def a_result(seed):
    return SelfTestResult(
        at=AT, ok=True, way="memory", version="1", seed=seed, records=1, planted={}, found={}, problems=[], seconds=1
    )


def test_the_latest_result_is_the_one_that_counts(tmp_path):
    """None while there is none; what this version cannot read is passed over."""
    root = Store(tmp_path.as_uri()).root
    assert latest(root) is None
    keep(root, a_result(1))
    keep(root, a_result(2))
    (root / "selftest" / "99999999T000000.json").write_text("{}")
    assert latest(root).seed == 2


def test_stray_and_broken_results_are_passed_over(tmp_path):
    """Whatever lies there."""
    root = Store(tmp_path.as_uri()).root
    keep(root, a_result(1))
    for name in ("29990101T000000.000000-1.1.json", "29990101T000000.000000-1.1 (1).json", ".DS_Store", "x", "99999999T999999.999999-9.9.json"):
        (root / "selftest" / name).write_text("{")
    (root / "selftest" / "29990102T000000.000000-1.1.json").mkdir()
    assert latest(root).seed == 1


@pytest.mark.timeout(10)
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "zeros"])
def test_what_has_no_end_is_passed_over(tmp_path, make):
    """Every run looks here before its verdict."""
    root = Store(tmp_path.as_uri()).root
    keep(root, a_result(1))
    make(root / "selftest" / "29990101T000000.000000-1.1.json")
    assert latest(root).seed == 1


def test_a_folder_that_cannot_be_listed_holds_no_result(tmp_path, monkeypatch):
    """The verdict says that none is known, and is made."""
    root = Store(tmp_path.as_uri()).root
    keep(root, a_result(1))

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    assert latest(root) is None


def test_the_latest_result_is_the_one_that_was_stored_last(tmp_path):
    """Also when the clock was set back meanwhile."""
    root, clock = Store(tmp_path.as_uri()).root, FakeClock(AT)
    with using(clock):
        for seed in (1, 2):
            keep(root, a_result(seed))
            clock.at -= timedelta(days=1)
    assert latest(root).seed == 2
