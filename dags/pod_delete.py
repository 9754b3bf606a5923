"""
### Pod delete

Deletes JobManager or TaskManager pods of a Flink application while it works, once or every `interval_seconds` for
`duration_seconds`, and proves record by record what that did to its output.

1. Takes the lock on the pipeline's topics, looks at everything the run needs, resets the consumer offsets.
2. Deploys the application twice, *stable* and *chaos*, and then the data loader.
3. Once both keep up: a Litmus ChaosEngine kills pods of the chaos copy. Their UIDs must change.
4. Waits until both copies have read everything, stops them with a savepoint, compares their outputs by SQL.
5. Ends with **PASS**, **FAIL**, **INCONCLUSIVE** or **ABORTED**, and takes away everything that it made.

| contract | demanded |
|---|---|
| EXACTLY_ONCE | no record lost, none duplicated |
| AT_LEAST_ONCE | no record lost; duplicates are counted |
| both | restored from the last completed checkpoint or a later one; a killed JobManager keeps the job's id |

Example: `{"component": "jobmanager", "delivery_guarantee": "AT_LEAST_ONCE"}`; as in the article:
`{"duration_seconds": 30, "interval_seconds": 10, "force": false}`.
"""

# Airflow looks for the words "airflow" and "dag" in a file before it reads it.
from flink_chaos.assembly.dag import chaos_dag

dag = chaos_dag("pod_delete", doc=__doc__)
