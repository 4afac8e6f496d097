"""Shows an utterance while a language model still writes it: checked, and by whole sentences.

Half a word helps nobody to read, and half a sentence can say the opposite of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from engine.ports import ShowText
from engine.sentences import sentences

# Only what follows tells that a sentence is over: "0." may become "0.5".
_MAYBE_OVER = re.compile(r"[.!?…。？！][\"'”’)\]]*(?=\s)")


def beginnings(text: str) -> tuple[str, ...]:
    """Return every beginning of a text that ends with a sentence, shortest first.

    The whole text is not among them, as nothing follows its last sentence.
    """
    said = text.lstrip()
    found = (said[: end.end()] for end in _MAYBE_OVER.finditer(said))
    return tuple(beginning for beginning in found if _is_over(beginning))


def stream_sentences(
    growing: Iterable[str], show: ShowText, may_show: Callable[[str], bool]
) -> str:
    """Return the text that a language model writes, showing its sentences as they come.

    Args:
        growing: the text so far, again and again as it grows.
        show: told each beginning that may be shown.
        may_show: whether a beginning passes the checks that can be made of one; one that does not
            is left out, and a longer one is tried when there is one more sentence.
    """
    text = tried = ""
    for text in growing:
        *_, beginning = ("", *beginnings(text))
        if beginning != tried:
            tried = beginning
            if may_show(beginning):
                show(beginning)
    return text


def _is_over(beginning: str) -> bool:
    """Whether another sentence would follow: not so after "e.g."."""
    return len(sentences(f"{beginning} X")) > len(sentences(beginning))
