"""An utterance is one to three sentences: an interviewer asks, and does not lecture."""

from __future__ import annotations

from collections.abc import Iterator

from engine.sentences import sentences

MOST_SENTENCES = 3
MOST_CHARACTERS = 360


def length_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with the length of an utterance."""
    count = len(sentences(text))
    if count > MOST_SENTENCES:
        yield f"has {count} sentences"
    if len(text) > MOST_CHARACTERS:
        yield f"has {len(text)} characters"
