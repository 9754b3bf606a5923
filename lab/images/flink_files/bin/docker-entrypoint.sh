#!/bin/bash
# Flink's native client and the workloads call it with "bash -c <script> ...".
export FLINK_HOME=/opt/flink PATH=/opt/flink/bin:$PATH
exec "$@"
