"""FlinkDeployments: their manifests, what their status means, JobManager REST and SQL Gateway."""
