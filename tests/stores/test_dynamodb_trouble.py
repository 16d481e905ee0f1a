"""What DynamoDB answers seldom: refusals, parts of a batch, and others who are faster."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cognito_gate._driver.stores.dynamodb import MAX_VALUE_BYTES, DynamoDBStore
from cognito_gate._gate import store as questions
from cognito_gate._gate.effects import Item, StoreAnswer, StoreCall
from cognito_gate.settings.stores import DynamoDBAddress

ITEM = Item("key", b"value", 2e10, "me")
THERE = {"pk": {"S": "x"}, "sk": {"S": "-"}, "val": {"B": b"value"}, "ends_at": {"N": "2e10"}}


class Scripted:
    """A client of boto3's kind, which gives its answers in turn and keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def ask(**parameters: Any) -> Any:
            self.asked.append((operation, parameters))
            answer = self.answers.pop(0)
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": ""}}, operation)
            return answer

        return ask


def asked(call: StoreCall, *answers: Any) -> StoreAnswer:
    store = DynamoDBStore(DynamoDBAddress("table", "eu-west-1", ""), 1.0, "test")
    store._client = client = Scripted(*answers)
    answer = store.answer(call)
    assert client.answers == []
    return answer


REFUSED = "ConditionalCheckFailedException"
CREATE = StoreCall("create", "key", ITEM)
COUNT = StoreCall("count", "n", ends_at=2e10)
LIST = StoreCall("list", "me")


def test_a_value_that_is_too_large_is_not_sent() -> None:
    large = Item("key", b"x" * (MAX_VALUE_BYTES + 1), 2e10)
    assert "too large" in asked(StoreCall("save", "key", large)).failure


def test_an_item_that_comes_and_goes_while_it_is_created() -> None:
    gone = [REFUSED, {}]
    assert asked(CREATE, *gone, *gone, {}, {}).done
    failed = asked(CREATE, *gone, *gone, *gone)
    assert not failed.done
    assert failed.failure


def test_a_store_that_says_neither_is_not_believed() -> None:
    flow = questions.create(ITEM)
    next(flow)
    with pytest.raises(questions.StoreFailed, match="neither"):
        flow.send(StoreAnswer())


def test_others_who_count() -> None:
    three = {"Attributes": {"counted": {"N": "3"}}}
    assert asked(COUNT, REFUSED, REFUSED, three).count == 3
    with pytest.raises(TimeoutError, match="others"):
        asked(COUNT, *[REFUSED] * 6)


@pytest.mark.parametrize("call", [CREATE, COUNT], ids=["put", "update"])
def test_another_refusal_is_a_failure(call: StoreCall) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        asked(call, "AccessDeniedException")


def test_a_batch_that_comes_in_parts() -> None:
    index = {"Items": [{"sk": {"S": key}, "ends_at": {"N": "2e10"}} for key in ("a", "b", "c")]}
    mine, yours = ({**THERE, "owned_by": {"S": owner}} for owner in ("me", "you"))
    first = {"Responses": {"table": [{**mine, "pk": {"S": "test#item#a"}}]}}
    ended = {**mine, "pk": {"S": "test#item#c"}, "ends_at": {"N": "1.5"}}
    second = {"Responses": {"table": [{**yours, "pk": {"S": "test#item#b"}}, ended]}}
    left: dict[str, Any] = {"UnprocessedKeys": {"table": {"Keys": []}}}
    found = asked(LIST, index, {**first, **left}, second).items
    assert [item.key for item in found] == ["a"]
    with pytest.raises(TimeoutError, match="batch"):
        asked(LIST, index, *[{"Responses": {}, **left}] * 3)


def test_an_owner_without_items() -> None:
    assert asked(LIST, {"Items": []}).items == ()
