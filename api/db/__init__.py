"""The database: the embedded PostgreSQL, its roles, the pools, the migrations and the checks at boot."""
