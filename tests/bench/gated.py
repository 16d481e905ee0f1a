"""The bare app behind the gate, configured by the environment."""

from cognito_gate import ASGIGate
from tests.bench.inprocess import bare

app = ASGIGate(bare)
