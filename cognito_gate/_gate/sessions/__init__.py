"""Where sessions live: in the browser's cookies, or behind the same interface anywhere else."""
