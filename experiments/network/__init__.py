"""Delays what a pod sends: a helper pod on its node, and a small program in its network namespace."""
