"""The parts of the lab. Each module offers one `PART`; lab/parts/registry.py lists them."""
