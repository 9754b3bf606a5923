"""Facts become a verdict: pure, so that a stored run can be judged again without a cluster."""
