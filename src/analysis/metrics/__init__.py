"""What can be computed from a dossier. Every number carries the ids of the rows it came from."""
