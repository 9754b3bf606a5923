#!/bin/bash
set -e
. /opt/flink/bin/common.sh
# shellcheck disable=SC2046,SC2086 # options are words
exec java $(java_options taskmanager) $FLINK_TM_JVM_MEM_OPTS -classpath "$(class_path)" \
  org.apache.flink.kubernetes.taskmanager.KubernetesTaskExecutorRunner --configDir "$FLINK_CONF_DIR" "$@"
