"""An utterance is one to three sentences: an interviewer asks, and does not lecture."""

from __future__ import annotations

from collections.abc import Iterator

from engine.sentences import sentences

MOST_SENTENCES = 3
# "맞았어!" and "Not quite." are said along with the sentence that follows.
_EXCLAMATION = 10
MOST_WITH_EXCLAMATIONS = 4
MOST_CHARACTERS = 360


def length_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with the length of an utterance."""
    said = sentences(text)
    count = sum(len(sentence) > _EXCLAMATION for sentence in said)
    if count > MOST_SENTENCES or len(said) > MOST_WITH_EXCLAMATIONS:
        yield f"has {len(said)} sentences"
    if len(text) > MOST_CHARACTERS:
        yield f"has {len(text)} characters"
