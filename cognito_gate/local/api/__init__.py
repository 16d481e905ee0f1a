"""The unsigned `cognito-idp` JSON API: what a sign-in UI of one's own talks to."""
