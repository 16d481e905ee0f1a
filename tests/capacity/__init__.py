"""How many users a pool and a process carry: `make capacity`."""
