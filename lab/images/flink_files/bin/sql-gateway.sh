#!/bin/bash
set -e
. /opt/flink/bin/common.sh
[ "$1" != start-foreground ] || shift # as Flink's own script is called
# shellcheck disable=SC2046,SC2086 # options are words
exec java $(java_options sql-gateway) ${JVM_ARGS:--Xmx700m} -classpath "$(class_path "$FLINK_OPT_DIR"/*.jar)" \
  org.apache.flink.table.gateway.SqlGateway "$@"
