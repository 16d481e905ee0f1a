"""The unsigned `cognito-idp` JSON API, which custom sign-in pages call."""
