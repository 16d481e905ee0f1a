"""`python -m tests.bench [DIRECTORY]`: print all tables; those of the plots go into files, too."""

import logging
import sys

from tests.bench import cold_start, hostile, inprocess, overhttp, signing_in, starting, stores
from tests.bench.files import write

logging.getLogger("cognito_gate").setLevel(logging.ERROR)
starting.main()
print()
cold_start.main()
print()
costs = inprocess.main()
hostile.main()
print()
signing_in.main()
print()
ratios = overhttp.main()
stores.main()
for directory in sys.argv[1:]:
    write(directory, "request-costs", ("request", "verifications"), costs.items())
    write(directory, "throughput", ("server", "app", "against", "ratio"), ratios)
