from flink_chaos.litmus.progress import progress_of


def test_completed_without_a_verdict_is_not_the_end():
    """The engine says completed before the result is final."""
    engine = {"status": {"engineStatus": "completed"}}
    waiting = progress_of(engine, {"status": {"experimentStatus": {"phase": "Running", "verdict": "Awaited"}}})
    final = progress_of(engine, {"status": {"experimentStatus": {"phase": "Completed", "verdict": "Pass"}}})
    assert (waiting.ended, final.ended, progress_of(None, None).exists) == (False, True, False)


def test_an_experiment_that_was_skipped_has_injected_nothing():
    """Litmus calls that Fail in the engine, and Fail after an injection too; there is no result to tell them apart."""
    skipped = {"status": {"engineStatus": "completed", "experiments": [{"status": "Skipped", "verdict": "Fail"}]}}
    found = progress_of(skipped, None)
    assert (found.ended, found.verdict) == (True, "Error")
