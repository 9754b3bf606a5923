"""All parts, in the order in which a person would look for what is wrong."""

from __future__ import annotations

from lab.parts import airflow, control_plane, dns, hdfs, images, kafka, network, nodes, postgres, workloads

PARTS = (
    network.PART,
    control_plane.PART,
    nodes.PART,
    images.PART,
    dns.PART,
    kafka.PART,
    hdfs.PART,
    workloads.PART,
    postgres.PART,
    airflow.PART,
)
