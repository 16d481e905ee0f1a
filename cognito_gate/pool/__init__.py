"""Setting up the real user pool: a template, its deployment, and what is wrong with a set-up."""
