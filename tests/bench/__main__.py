"""`python -m tests.bench`: print all tables."""

import logging

from tests.bench import cold_start, hostile, inprocess, overhttp, signing_in, starting, stores

logging.getLogger("cognito_gate").setLevel(logging.ERROR)
starting.main()
print()
cold_start.main()
print()
inprocess.main()
hostile.main()
print()
signing_in.main()
print()
overhttp.main()
stores.main()
