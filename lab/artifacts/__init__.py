"""What is built or fetched once and kept in the cache under a key made of its inputs."""
