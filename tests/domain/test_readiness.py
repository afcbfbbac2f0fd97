"""What moves next, drawn."""

from __future__ import annotations

import pytest

from pipelines.domain.readiness import next_moves
from pipelines.domain.status import FINAL, RUN_TRANSITIONS, TRANSITIONS, Reason, Status, sentence
from tests.support.graphs import edges_of

LETTERS = {
    ".": Status.NOT_STARTED,
    "q": Status.QUEUED,
    "r": Status.RUNNING,
    "C": Status.COMPLETED,
    "F": Status.FAILED,
    "X": Status.CANCELED,
}


@pytest.mark.parametrize(
    ("picture", "statuses", "keep_going", "ready", "blocked"),
    [
        ("a -> b -> c", "...", False, "a", ""),
        ("a -> b -> c", "C..", False, "b", ""),
        ("a -> b -> c", "r..", False, "", ""),
        ("a -> b c -> d", "CC..", False, "c", ""),
        ("a -> b c -> d", "CCr.", False, "", ""),
        ("a -> b c -> d", "CCC.", False, "d", ""),
        # a failure stops everything that has not started …
        ("a -> b -> c\nd -> e", "F..C.", False, "", "bce"),
        # … or only what is below it
        ("a -> b -> c\nd -> e", "F..C.", True, "e", "bc"),
        ("a -> c\nb -> c", "FC.", True, "", "c"),
        ("a -> b -> c", "X..", True, "", "bc"),
    ],
)
def test_next_moves(picture: str, statuses: str, keep_going: bool, ready: str, blocked: str):
    upstream = edges_of(picture)
    known = {name: LETTERS[letter] for name, letter in zip(sorted(upstream), statuses, strict=True)}
    moves = next_moves(upstream, known, continue_on_step_failure=keep_going)
    assert (moves.ready, moves.blocked) == (frozenset(ready), frozenset(blocked))


def test_final_statuses_go_nowhere_and_all_others_can_end():
    for table in (TRANSITIONS, RUN_TRANSITIONS):
        for status, following in table.items():
            assert (not following) == (status in FINAL)


def test_every_reason_has_a_sentence_even_without_its_values():
    for reason in Reason:
        assert sentence(reason.value, {}) or reason is Reason.NONE
    assert sentence("exit_code", {"exit_code": 3}) == "The script ended with exit code 3."
