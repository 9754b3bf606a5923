"""
### Savepoint

No fault: stops a Flink application with a savepoint in the middle of the load and resumes it, as each regular redeploy
does, and proves record by record that nothing was lost or duplicated.

1. Takes the lock on the pipeline's topics, looks at everything the run needs, resets the consumer offsets.
2. Deploys the application twice, *stable* and *chaos*, and then the data loader.
3. Once both keep up: the chaos copy is suspended by the Flink operator, and resumed.
4. Waits until both copies have read everything, stops them with a savepoint, compares their outputs by SQL.
5. Ends with **PASS**, **FAIL**, **INCONCLUSIVE** or **ABORTED**, and takes away everything that it made.

| upgrade mode | demanded |
|---|---|
| savepoint | restored from exactly that savepoint; nothing lost, nothing duplicated, even under AT_LEAST_ONCE |
| last-state, stateless | what the contract demands |
"""

# Airflow looks for the words "airflow" and "dag" in a file before it reads it.
from flink_chaos.assembly.dag import chaos_dag

dag = chaos_dag("savepoint", doc=__doc__)
