"""The only door to authlib: what OAuth messages are made of.

It is imported when the first message is built (`oauth.py`): authlib's `oauth2` loads as a whole.
"""

from authlib.common.urls import add_params_to_qs, add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

__all__ = [
    "ClientAuth",
    "add_params_to_qs",
    "add_params_to_uri",
    "create_s256_code_challenge",
    "prepare_grant_uri",
    "prepare_token_request",
]
