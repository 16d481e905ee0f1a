"""Calls of boto3, for the interpreter of the judge's own environment: JSON in, JSON out.

Standard input holds a list of `[operation, parameters]`; what they answered is printed as a list.
"""

import json
import sys
from typing import Any

import boto3  # type: ignore[import-not-found, import-untyped, unused-ignore]


def main(endpoint: str) -> None:
    """Make the calls one after another, at a Cognito that stands at `endpoint`."""
    client: Any = boto3.client("cognito-idp", endpoint_url=endpoint, region_name="us-east-1")
    answers = []
    for operation, parameters in json.load(sys.stdin):
        answer = getattr(client, operation)(**parameters)
        answer.pop("ResponseMetadata")
        answers.append(answer)
    json.dump(answers, sys.stdout, default=str)


if __name__ == "__main__":
    main(sys.argv[1])
