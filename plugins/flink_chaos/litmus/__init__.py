"""ChaosEngines, what their results mean, and the evidence that a fault was felt."""
