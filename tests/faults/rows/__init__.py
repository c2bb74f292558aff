"""The faults of the design by their numbers: what is done, and what must hold afterwards."""
