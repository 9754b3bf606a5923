"""
### No fault

Leaves both copies of a Flink application alone (A/A): what differs here is noise of the machine or a fault of the
comparison, and no other result is to be trusted below it.

1. Takes the lock on the pipeline's topics, looks at everything the run needs, resets the consumer offsets.
2. Deploys the application twice, *stable* and *chaos*, and then the data loader.
3. Once both keep up: nothing.
4. Waits until both copies have read everything, stops them with a savepoint, compares their outputs by SQL.
5. Ends with **PASS**, **FAIL**, **INCONCLUSIVE** or **ABORTED**, and takes away everything that it made.

| contract | demanded |
|---|---|
| both | equal outputs: nothing lost, nothing duplicated |
"""

# Airflow looks for the words "airflow" and "dag" in a file before it reads it.
from flink_chaos.assembly.dag import chaos_dag

dag = chaos_dag("no_fault", doc=__doc__)
