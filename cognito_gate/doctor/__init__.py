"""`cognito-gate doctor`: checks a set-up against the real Cognito and says how to fix it."""
