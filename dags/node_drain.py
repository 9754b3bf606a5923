"""
### Node drain

Drains the node that holds a pod of a Flink application, takes it back after `duration_seconds`, and proves record by
record what that did to the application's output.

1. Takes the lock on the pipeline's topics, looks at everything the run needs, resets the consumer offsets.
2. Deploys the application twice, *stable* and *chaos*, and then the data loader.
   No node holds both copies, and Litmus' own pods are pinned off the node that is drained.
3. Once both keep up: a Litmus ChaosEngine cordons the node and evicts its pods, later uncordons it.
4. Waits until both copies have read everything, stops them with a savepoint, compares their outputs by SQL.
5. Ends with **PASS**, **FAIL**, **INCONCLUSIVE** or **ABORTED**, and takes away everything that it made.

| contract | demanded |
|---|---|
| EXACTLY_ONCE | no record lost, none duplicated |
| AT_LEAST_ONCE | no record lost; duplicates are counted |
| both | every pod finds another node, the job is restored from its last completed checkpoint, the node comes back |

Without room elsewhere for longer than `recovery_deadline_seconds`: FAIL, with the scheduler's words for what was
missing. Everything else on that node is evicted too: mind whom you share it with.
"""

# Airflow looks for the words "airflow" and "dag" in a file before it reads it.
from flink_chaos.assembly.dag import chaos_dag

dag = chaos_dag("node_drain", doc=__doc__)
