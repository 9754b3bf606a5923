#!/bin/sh
# Applies the manifests to k3s, writes the kubeconfig with the limited account for Airflow, and waits until all serve.
# Airflow does not wait for it: the preflight of a run says what is missing, and the log of this service why.
# Runs in the k3s image. KUBECONFIG is the cluster's own, whose address holds only inside the k3s container.
set -eu
SERVER=https://k3s:6443
ACCOUNT=flink-chaos
TARGET=/kubeconfig/flink-chaos.kubeconfig

kubectl() { command kubectl --server="$SERVER" "$@"; }
apply() { kubectl apply --server-side --force-conflicts --field-manager=flink-chaos-compose --filename="$1"; }
serve() {
  kubectl --namespace="$1" rollout status --timeout=600s "deployment/$2" && return
  echo "$2 does not come up:" >&2
  kubectl --namespace="$1" get pods --output=wide >&2
  kubectl --namespace="$1" get events --field-selector=type=Warning --sort-by=.lastTimestamp >&2
  exit 1
}

# A node is there after it has imported its images, which may take minutes.
wait_for_nodes() {
  for _ in $(seq 150); do
    [ "$(kubectl get nodes --no-headers | grep -cw Ready)" -ge "$NODES" ] && return
    sleep 4
  done
  echo "of $NODES nodes not all are ready:" >&2
  kubectl get nodes --output=wide >&2
  exit 1
}

wait_for_api() {
  for _ in $(seq 100); do
    [ -f "$KUBECONFIG" ] && kubectl get --raw=/readyz > /dev/null 2>&1 && return
    sleep 3
  done
  echo "$SERVER does not answer: see \`docker compose logs k3s\`" >&2
  exit 1
}

wait_for_api
apply /manifests/definitions.yaml
kubectl wait --for=condition=Established --timeout=60s crd --all
apply /manifests/workloads.yaml

authority=$(kubectl config view --raw --output=jsonpath='{.clusters[0].cluster.certificate-authority-data}')
# A year; `docker compose up workloads` makes a new one.
token=$(kubectl create token "$ACCOUNT" --namespace=flink --duration=8760h)
cat > "$TARGET" <<END
apiVersion: v1
kind: Config
current-context: $ACCOUNT
clusters: [{name: k3s, cluster: {server: $SERVER, certificate-authority-data: $authority}}]
users: [{name: $ACCOUNT, user: {token: $token}}]
contexts: [{name: $ACCOUNT, context: {cluster: k3s, user: $ACCOUNT, namespace: flink}}]
END
chmod 640 "$TARGET" # Airflow's user is of group 0

wait_for_nodes
serve litmus chaos-operator
serve flink flink-kubernetes-operator
serve flink sql-gateway
