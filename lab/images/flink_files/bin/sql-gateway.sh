#!/bin/bash
set -e
. /opt/flink/bin/common.sh
# shellcheck disable=SC2046,SC2086 # options are words
exec java $(java_options sql-gateway) ${SQL_GATEWAY_JVM_OPTS:--Xmx700m} -classpath "$(class_path "$FLINK_OPT_DIR"/*.jar)" \
  org.apache.flink.table.gateway.SqlGateway "$@"
