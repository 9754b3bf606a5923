from flink_chaos.model.selftest import SelfTestResult
from flink_chaos.store.records import Store
from flink_chaos.store.selftest import keep, latest

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
