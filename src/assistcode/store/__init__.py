"""The study file: one SQLite database. The only place with SQL."""
