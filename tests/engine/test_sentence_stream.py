"""What of an utterance is shown while it is still being written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.sentence_stream import beginnings, stream_sentences

SAID = "Right, “far off.” That is it! And what is a risk?"
ALL_MAY = {"may_show": lambda _: True}


def letter_by_letter(text: str) -> Iterator[str]:
    for length in range(1, len(text) + 1):
        yield text[:length]


def test_sentences_are_shown_as_they_are_finished_and_the_last_one_never() -> None:
    shown: list[str] = []
    assert stream_sentences(letter_by_letter(SAID), shown.append, **ALL_MAY) == SAID
    assert shown == ["Right, “far off.”", "Right, “far off.” That is it!"]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("The rate is 0.5 here. Go on", ("The rate is 0.5 here.",)),
        ("A loss, e.g. the squared one. Why", ("A loss, e.g. the squared one.",)),
        ("맞아! 잘 봤어. 그럼 다음은?", ("맞아!", "맞아! 잘 봤어.")),
        ("Only one.", ()),
        ("", ()),
    ],
    ids=["number", "abbreviation", "korean", "one", "nothing"],
)
def test_where_sentences_end(text: str, whole: tuple[str, ...]) -> None:
    assert beginnings(text) == whole


def test_a_beginning_that_fails_its_check_is_left_out_and_checked_once() -> None:
    checked: list[str] = []
    shown: list[str] = []

    def may_show(beginning: str) -> bool:
        checked.append(beginning)
        return len(checked) > 1

    stream_sentences(letter_by_letter(SAID), shown.append, may_show)
    assert checked == ["Right, “far off.”", "Right, “far off.” That is it!"]
    assert shown == checked[1:]


def test_what_showing_raises_ends_the_writing() -> None:
    written: list[str] = []

    def growing() -> Iterator[str]:
        for text in letter_by_letter(SAID):
            written.append(text)
            yield text

    def nobody_there(_: str) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        stream_sentences(growing(), nobody_there, **ALL_MAY)
    assert written[-1] == "Right, “far off.” "
