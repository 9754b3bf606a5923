"""
### Regression

Makes the runs of a suite one after another, and one verdict of theirs. A suite is a file of `include/suites`.

1. `plan` decides all runs; a parameter that cannot be stops the suite before anything is touched.
2. Each run is a run of its fault's own DAG. It waits for the topics if somebody else uses them. A red one does not keep
   the next from being made: FAIL is a result.
3. `summary` reads the verdicts from the store. The suite's is the worst of them: FAIL, then INCONCLUSIVE, then ABORTED,
   then PASS. The suite is red for anything but PASS.
4. `end` asks runs that are still open to stop: those of a suite that was killed.

| parameter | meaning |
|---|---|
| `runs` | which runs to make, all by default; of a repeated one `kill_r2`, or `kill` for all its repetitions |
| all others | for all runs, this time only; empty: as the suite says |

Backfill, over dates and with new parameters:
`airflow backfill create --dag-id regression__nightly --from-date 2026-01-05 --to-date 2026-01-08
--max-active-runs 1 --dag-run-conf '{"checkpoint_interval_seconds": 20}'`.

A suite with a schedule is paused at first: unpause it to let the schedule begin.
"""

# Airflow looks for the words "airflow" and "dag" in a file before it reads it.
from flink_chaos.assembly.suite import suite_dags

globals().update(suite_dags(doc=__doc__))
