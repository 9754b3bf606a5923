import threading
from concurrent.futures import ThreadPoolExecutor

from flink_chaos.model.facts import SelfTest
from flink_chaos.steps.judging import close
from flink_chaos.store.records import Attempt
from flink_chaos.store.selftest import keep

from tests.unit.runs import a_run
from tests.unit.store.test_selftest import a_result


def test_a_verdict_tells_the_latest_self_test(tmp_path):
    """From the store that the run is in; later calls add nothing."""
    run = a_run(tmp_path)
    keep(run.attempt.root, a_result(1))
    verdict = close(run.attempt)
    assert (verdict.self_test.ok, verdict.self_test.version) == (True, "1")
    close(run.attempt)
    assert len(run.journal.all(SelfTest)) == 1


def test_a_verdict_tells_that_no_self_test_ever_ran(tmp_path):
    """It forbids nothing."""
    assert close(a_run(tmp_path).attempt).self_test.ok is None


def test_of_two_that_make_a_verdict_both_tell_the_one_that_stands(tmp_path, monkeypatch):
    """The task of the verdict, the teardown and the shell may meet."""
    run, both = a_run(tmp_path), threading.Barrier(2)
    close_once = Attempt.close

    def close_together(attempt, verdict):
        both.wait(30)
        close_once(attempt, verdict.model_copy(update={"reasons": [threading.current_thread().name]}))

    monkeypatch.setattr(Attempt, "close", close_together)
    with ThreadPoolExecutor(2) as pool:
        told = [pool.submit(close, run.attempt) for _ in range(2)]
    stored = run.attempt.verdict()
    assert [verdict.result().outcome for verdict in told] == [stored.outcome] * 2
    assert stored in [verdict.result() for verdict in told]
