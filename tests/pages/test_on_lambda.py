"""The sign-in pages in a Lambda function, whose events carry forms in Base64.

What the gate does there otherwise is tested in tests/aws_lambda.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.aws_lambda.events import SHAPES
from tests.aws_lambda.site import LambdaSite
from tests.pages.person import Person
from tests.pages.stage import PASSWORD, Stage, sign_in

WAYS = [
    ("mangum", "HTTP API"),
    ("mangum, lifespan", "load balancer"),
    ("apig-wsgi", "function URL"),
    ("serverless-wsgi", "load balancer"),
]


@pytest.fixture(params=WAYS, ids=": ".join)
def person(request: pytest.FixtureRequest, stage: Stage) -> Iterator[Person]:
    adapter, shape = request.param
    # SRP is computed in a thread, which an event loop of a moment must wait for.
    settings = stage.pool.settings("confidential", sign_in_flow="srp")
    with closing(LambdaSite(adapter, SHAPES[shape], settings, stage.cloud)) as site:
        yield stage.person(site)


def test_signing_in(stage: Stage, person: Person) -> None:
    user = stage.user()
    shown = sign_in(person, user, "/reports?year=2026", password="Pässwörd-7-€")
    assert (shown.status, shown.told) == (400, ["E-mail address or password is not right."])
    shown = person.fill_in(password=PASSWORD)
    assert shown.target == "/reports?year=2026"
    assert shown.reply.identity.email == user.email
