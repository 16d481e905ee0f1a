"""Four stacks of one pool, of which one is deployed: Cognito's sign-in pages, or your own."""

import aws_cdk as cdk
from pool_stack import PoolStack

app = cdk.App()
app_url = app.node.get_context("app_url").rstrip("/")

PoolStack(app, "HostedPool", app_url=app_url)
PoolStack(app, "CustomPool", app_url=app_url, sign_in_pages="custom")
PoolStack(app, "PasswordlessPool", app_url=app_url, sign_in_pages="custom", passwordless=True)
PoolStack(app, "FleetPool", app_url=app_url, sessions_table=True)

app.synth()
