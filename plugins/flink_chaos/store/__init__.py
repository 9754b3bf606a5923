"""Append-only records of runs, on any file system that fsspec knows."""
