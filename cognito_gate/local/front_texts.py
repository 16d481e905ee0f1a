"""What the front page says about switches, faults and second factors. Knows words only."""

from __future__ import annotations

# The name of each switch of `Switches`, as people read it, and what it does.
SWITCHES = {
    "access_seconds": ("Access token, seconds", "How long new access tokens are valid."),
    "id_seconds": ("ID token, seconds", "How long new ID tokens are valid."),
    "refresh_seconds": ("Refresh token, seconds", "How long refresh tokens of new sign-ins live."),
    "code_seconds": ("Code, seconds", "How long an authorization code may be exchanged."),
    "session_seconds": (
        "Session here, seconds",
        "How long this browser stays signed in at the login page.",
    ),
    "rotation": ("Rotate refresh tokens", "Each refresh token serves once; a new one comes back."),
    "grace_seconds": (
        "Grace period, seconds",
        "How long a refresh token that was rotated is still accepted.",
    ),
    "revocation": ("Token revocation", "Off: refresh tokens cannot be revoked."),
    "clock_skew": (
        "Clock skew, seconds",
        "Added to the times in new tokens; may be negative.",
    ),
    "challenge_seconds": (
        "Challenge, seconds",
        "How long a step of a sign-in through the JSON API, and its code, may take.",
    ),
    "sign_up": ("Sign-up", "On: people may create accounts by themselves."),
    "mfa": (
        "Second factor",
        "off: nobody is asked. optional: those who have one. on: everybody must have one.",
    ),
    "extra_challenge": (
        "Extra challenge",
        "A challenge after every password that cognito-gate does not support.",
    ),
    "limits": ("Limits", "Limits of messages and tries per user, and the lock after failures."),
}

FACTORS = {"email": "e-mail code", "sms": "SMS code", "totp": "authenticator app"}

# Buttons that switch one fault on at every endpoint, and what each says.
READY_MADE = {
    "down": ("Cognito is down", "HTTP 503 everywhere"),
    "slow": ("Cognito is slow", "3 seconds before each answer"),
    "reset": ("Connections break", "no answer at all"),
    "limited": ("Too many requests", "HTTP 429 everywhere"),
}

FAULTS = {
    "status": "answers with the given HTTP status",
    "slow": "waits the given seconds, then answers as usual",
    "reset": "breaks the connection",
    "waf": "answers HTTP 403 as a web application firewall does",
    "garbage": "answers with bytes that are not JSON",
    "wrong_types": "answers with JSON whose values have the wrong types",
    "huge": "answers with more than a mebibyte",
    "redirect": "redirects to another site",
    "oauth_error": "refuses with the given OAuth error (not for the JSON API)",
    "api_error": "refuses with the given exception (for the JSON API only)",
}

# What the page says after a form was sent, by the word in its address.
DONE = {
    "switches": "Saved. Tokens that were issued before keep their times.",
    "fault": "The fault is on.",
    "heal": "Everything answers as usual again.",
    "keys": "New tokens are signed with new keys.",
}
