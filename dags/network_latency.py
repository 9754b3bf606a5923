"""
### Network latency to the checkpoint storage

Delays what a TaskManager (or the JobManager) of a Flink application sends to the checkpoint storage, and proves record
by record what that did to its output.

1. Takes the lock on the pipeline's topics, looks at everything the run needs, resets the consumer offsets.
2. Deploys the application twice, *stable* and *chaos*, and then the data loader.
3. Once both keep up: a Litmus ChaosEngine delays the packets from the chaos copy's pods to the environment's
   `storage_network`. Packets touched and the round trip inside the pod are measured, and a checkpoint must feel it.
4. Waits until both copies have read everything, stops them with a savepoint, compares their outputs by SQL.
5. Ends with **PASS**, **FAIL**, **INCONCLUSIVE** or **ABORTED**, and takes away everything that it made.

| contract | demanded |
|---|---|
| EXACTLY_ONCE | no record lost, none duplicated |
| AT_LEAST_ONCE | no record lost; duplicates are counted |
| both | checkpoints may slow down or fail; the job goes on, or recovers from its last completed checkpoint |

Longer than the tolerable failures the application may stop for good: the verdict says exactly that. Example:
`{"pipeline": "ad_event_counts", "latency_ms": 2000, "duration_seconds": 60}`.
"""

# Airflow looks for the words "airflow" and "dag" in a file before it reads it.
from flink_chaos.assembly.dag import chaos_dag

dag = chaos_dag("network_latency", doc=__doc__)
