"""`python -m tests.bench`: print all tables."""

import logging

from tests.bench import inprocess, overhttp, signing_in

logging.getLogger("cognito_gate").setLevel(logging.ERROR)
inprocess.main()
print()
signing_in.main()
print()
overhttp.main()
