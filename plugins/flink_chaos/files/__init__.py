"""Files that an application writes in place of a topic, as a worker reads them."""
