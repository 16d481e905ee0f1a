"""MLflow behind the gate: people sign in, its client sends an access token of Cognito's.

    pip install 'mlflow>=3.17'
    COGNITO_GATE_BEARER=true _MLFLOW_SERVER_FILE_STORE=sqlite:///mlflow.db \
        uvicorn --factory --app-dir examples/recipes mlflow_app:gated
"""
# mypy: disable-error-code="import-not-found, no-any-unimported"

from mlflow.server.fastapi_app import app

from cognito_gate import ASGIGate


def gated() -> ASGIGate:
    """MLflow itself has no users here: rules of the gate say who may what."""
    return ASGIGate(app)
