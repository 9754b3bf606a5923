"""The one factory of DAGs."""
