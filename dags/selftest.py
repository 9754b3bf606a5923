"""
### Self-test

The test of the test: does the record proof find what is planted?

1. Writes three topics of its own: a source, a clean copy, and one in which ids are lost, duplicated, changed,
   reordered or foreign, at random places. In real transactions, some of which are aborted.
2. Reads and proves them as a run does. Exactly the planted ids must come back, and the clean copy must raise no alarm.
3. Deletes the topics, and stores the result. Every verdict tells it; after a failed self-test of the same version of
   this package every run is **INCONCLUSIVE**.

Every Sunday at 4:00 UTC once it is not paused, or at any time. The same by hand: `flink-chaos selftest`.
"""

# Airflow looks for the words "airflow" and "dag" in a file before it reads it.
from flink_chaos.assembly.selftest import selftest_dag

dag = selftest_dag(doc=__doc__)
