"""
### Janitor

Takes away what chaos tests left behind whose process is gone: a worker or a terminal that was killed, an Airflow whose
database was lost. The fault first, then applications, loader, consumer groups and the lock.

A run renews the lease on its topics while it is at work. Every ten minutes this DAG looks at the leases of each
environment (those that name their connections, and the default one):

| lease | what is done |
|---|---|
| renewed within 15 minutes | nothing |
| of a run that this Airflow calls running or queued | nothing: it has deadlines of its own |
| silent for longer | it is taken over, so that a run that comes back to life ends; then all that it left goes |
| none, but objects with the label of a run | they are taken away |

Where an environment has a section `checkpoints`, it deletes the checkpoints, savepoints and high-availability data of
runs that nobody wrote to for `keep_days`; without one they stay. Records, topics and files of applications are never
deleted.

Not paused when it is new. Red when anything stays: the log says what, and why. From a shell: `flink-chaos undo
--all`; from inside the cluster, when Airflow itself is gone: the CronJob of `include/manifests/70-janitor.yaml`,
which does the same by leases alone.
"""

# Airflow looks for the words "airflow" and "dag" in a file before it reads it.
from flink_chaos.assembly.janitor import janitor_dag

dag = janitor_dag(doc=__doc__)
