"""`python -m tests.capacity [DIRECTORY]`: print all tables, and write what is plotted."""

import logging
import subprocess
import sys

from tests.bench.files import write
from tests.capacity import scaling, simulation

logging.getLogger("cognito_gate").setLevel(logging.ERROR)
users = simulation.main()
sys.stdout.flush()
figures = scaling.main()
sys.stdout.flush()
subprocess.run(
    [sys.executable, "-c", "from tests.capacity import memory; memory.main()"], check=True
)
for directory in sys.argv[1:]:
    write(directory, "growth", ("grows", "size", "microseconds"), figures)
    write(directory, "users", ("refresh", "seconds", "average", "peak"), users)
