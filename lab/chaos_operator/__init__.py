"""Serves Litmus' contract inside the lab: ChaosEngine in, experiment Job and ChaosResult out (chaos-operator 3.18.0)."""
