"""Real Kubernetes, Kafka, HDFS, Flink, SQL Gateway, Litmus' contract and Airflow on one Linux machine."""
