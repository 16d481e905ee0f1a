"""`python -m tests.capacity [FILE]`: print all tables; those of costs go into FILE, too."""

import csv
import logging
import subprocess
import sys
from pathlib import Path

from tests.capacity import scaling, simulation

logging.getLogger("cognito_gate").setLevel(logging.ERROR)
simulation.main()
sys.stdout.flush()
figures = scaling.main()
sys.stdout.flush()
subprocess.run(
    [sys.executable, "-c", "from tests.capacity import memory; memory.main()"], check=True
)
for name in sys.argv[1:]:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows([("grows", "size", "microseconds"), *figures])
    print(f"\nwritten: {file}")
