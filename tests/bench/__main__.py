"""`python -m tests.bench`: print all tables."""

import logging

from tests.bench import inprocess, overhttp

logging.getLogger("cognito_gate").setLevel(logging.ERROR)
inprocess.main()
print()
overhttp.main()
