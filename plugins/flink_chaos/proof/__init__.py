"""Which records came, how often and when: by DuckDB, from scans of the topics, without Flink."""
