#!/bin/bash
set -e
. /opt/flink/bin/common.sh
case $1 in
  kubernetes-application) main=org.apache.flink.kubernetes.entrypoint.KubernetesApplicationClusterEntrypoint ;;
  kubernetes-session) main=org.apache.flink.kubernetes.entrypoint.KubernetesSessionClusterEntrypoint ;;
  *) echo "kubernetes-jobmanager.sh: unknown mode '$1', use kubernetes-application or kubernetes-session" >&2; exit 64 ;;
esac
shift
mapfile -t parameters < <(resource_parameters GET_JM_RESOURCE_PARAMS --configDir "$FLINK_CONF_DIR" "$@")
if [ -z "${parameters[0]}" ]; then
  echo "kubernetes-jobmanager.sh: no memory parameters from $FLINK_CONF_DIR; see the lines above" >&2
  exit 1
fi
# shellcheck disable=SC2046,SC2086 # options are words
exec java $(java_options jobmanager) ${parameters[0]} -classpath "$(class_path)" "$main" \
  --configDir "$FLINK_CONF_DIR" ${parameters[1]} "$@"
