#!/bin/sh
# Applies the manifests to k3s, waits until they serve, and writes the kubeconfig with the limited account for Airflow.
# Runs in the k3s image. KUBECONFIG is the cluster's own, whose address holds only inside the k3s container.
set -eu
SERVER=https://k3s:6443
ACCOUNT=flink-chaos
TARGET=/kubeconfig/flink-chaos.kubeconfig

kubectl() { command kubectl --server="$SERVER" "$@"; }
apply() { kubectl apply --server-side --force-conflicts --field-manager=flink-chaos-compose --filename="$1"; }
serve() { kubectl --namespace="$1" rollout status --timeout=600s "deployment/$2"; }

apply /manifests/definitions.yaml
kubectl wait --for=condition=Established --timeout=60s crd --all
apply /manifests/workloads.yaml
serve litmus chaos-operator
serve flink flink-kubernetes-operator
serve flink sql-gateway

authority=$(kubectl config view --raw --output=jsonpath='{.clusters[0].cluster.certificate-authority-data}')
token=$(kubectl create token "$ACCOUNT" --namespace=flink --duration=87600h)
cat > "$TARGET" <<END
apiVersion: v1
kind: Config
current-context: $ACCOUNT
clusters: [{name: k3s, cluster: {server: $SERVER, certificate-authority-data: $authority}}]
users: [{name: $ACCOUNT, user: {token: $token}}]
contexts: [{name: $ACCOUNT, context: {cluster: k3s, user: $ACCOUNT, namespace: flink}}]
END
chmod 640 "$TARGET" # Airflow's user is of group 0
