"""What names stand for: told, bounded, and never as texts."""

from cognito_gate._sign_in.recall import Recall, digest


def test_what_was_learned_last() -> None:
    recall = Recall(2)
    assert recall.of("ada") == ""
    recall.learn("ada", digest("1"))
    recall.learn("ada", digest("2"))
    assert recall.of("ada") == digest("2")
    assert recall.of("Ada") == ""


def test_the_oldest_makes_room() -> None:
    recall = Recall(2)
    for name in ("ada", "bob", "ada", "eve"):
        recall.learn(name, name)
    assert [recall.of(name) for name in ("ada", "bob", "eve")] == ["ada", "", "eve"]


def test_names_are_not_kept() -> None:
    recall = Recall(2)
    recall.learn("ada@example.com\ud800", digest("user-1"))
    assert "ada" not in repr(vars(recall))
