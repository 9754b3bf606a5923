"""Loads include/*.yaml into the model; an error names file, line and remedy."""
