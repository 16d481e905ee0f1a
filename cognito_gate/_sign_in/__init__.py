"""Sign-in pages of our own, for COGNITO_GATE_LOGIN=custom."""
