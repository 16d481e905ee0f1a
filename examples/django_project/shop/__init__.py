"""A Django project behind the gate: see README.md beside it."""
