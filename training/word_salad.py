"""Makes nonsense of good utterances, for a check that is to notice it and for measuring that check.

Each kind is what a language model that has learnt too little may write: words in any order, half a
sentence that is lost, scraps of several sentences, a loop, words drawn by how frequent they are.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from engine.sentences import sentences

_MARKS = re.compile(r"[.,?!;:…]*$")
# Shorter ones may be sense by chance.
_FEWEST_WORDS = 5
_LONGEST = 45


class WordChain:
    """Draws texts of which each word follows on those before it as in known texts.

    Args:
        texts: to learn from.
        order: how many words before it a word depends on.
    """

    def __init__(self, texts: Sequence[str], order: int) -> None:
        self._order = order
        self._followers: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for text in texts:
            words = [*[""] * order, *text.split(), ""]
            for place in range(order, len(words)):
                self._followers[tuple(words[place - order : place])].append(words[place])

    def draw(self, chance: random.Random) -> str:
        """Return a new text."""
        words = [""] * self._order
        while len(words) < _LONGEST:
            drawn = chance.choice(self._followers[tuple(words[len(words) - self._order :])])
            if not drawn:
                break
            words.append(drawn)
        return " ".join(words[self._order :])


def shuffled(text: str, chance: random.Random) -> str:
    """Return a text with its words in any order."""
    words = text.split()
    return " ".join(chance.sample(words, len(words)))


def shuffled_between_marks(text: str, chance: random.Random) -> str:
    """Return a text with its words in any order and its marks where they were."""
    words = text.split()
    bare = [_MARKS.sub("", word) for word in words]
    drawn = chance.sample(bare, len(bare))
    return " ".join(
        new + word[len(old) :] for new, old, word in zip(drawn, bare, words, strict=True)
    )


def half_shuffled(text: str, chance: random.Random) -> str:
    """Return a text that makes sense up to its middle, or from there on."""
    words = text.split()
    halves = [words[: len(words) // 2], words[len(words) // 2 :]]
    lost = chance.randrange(2)
    halves[lost] = chance.sample(halves[lost], len(halves[lost]))
    return " ".join([*halves[0], *halves[1]])


def lost_reaction(text: str, chance: random.Random) -> str:
    """Return a text of which the first sentence makes no sense, and the question does."""
    first, *others = sentences(text)
    return " ".join([shuffled_between_marks(first, chance), *others])


def looped(text: str, chance: random.Random) -> str:
    """Return a text that says some words again and again."""
    words = text.split()
    start, length = chance.randrange(len(words)), chance.randint(1, 3)
    end = start + length
    return " ".join([*words[:start], *words[start:end] * chance.randint(2, 6), *words[end:]])


def spliced(texts: Sequence[str], chance: random.Random) -> str:
    """Return the beginning of one text with the end of another, cut within their middles."""
    first, second = (chance.choice(texts).split() for _ in range(2))
    ends = chance.randint(len(first) // 3, 2 * len(first) // 3)
    begins = chance.randint(len(second) // 3, 2 * len(second) // 3)
    return " ".join([*first[:ends], *second[begins:]])


def scraps(texts: Sequence[str], chance: random.Random) -> str:
    """Return some words of each of several texts."""
    words: list[str] = []
    for text in (chance.choice(texts) for _ in range(chance.randint(5, 8))):
        own, length = text.split(), chance.randint(2, 4)
        start = chance.randint(0, max(0, len(own) - length))
        words += own[start : start + length]
    return " ".join(words)


def salads(texts: Sequence[str], seed: int, times: int) -> Iterator[tuple[str, str]]:
    """Yield nonsense of every kind, each with the name of its kind.

    Args:
        texts: good utterances of one language.
        seed: of all that is drawn.
        times: how many of each kind; fewer where one comes out short.
    """
    chance = random.Random(seed)
    frequent, chained = WordChain(texts, 0), WordChain(texts, 1)
    kinds: dict[str, Callable[[], str]] = {
        "shuffled": lambda: shuffled(chance.choice(texts), chance),
        "shuffled_between_marks": lambda: shuffled_between_marks(chance.choice(texts), chance),
        "half_shuffled": lambda: half_shuffled(chance.choice(texts), chance),
        "lost_reaction": lambda: lost_reaction(chance.choice(texts), chance),
        "looped": lambda: looped(chance.choice(texts), chance),
        "scraps": lambda: scraps(texts, chance),
        "frequent_words": lambda: frequent.draw(chance),
        "chained_words": lambda: chained.draw(chance),
        "spliced": lambda: spliced(texts, chance),
    }
    for _ in range(times):
        for kind, make in kinds.items():
            text = make()
            if len(text.split()) >= _FEWEST_WORDS:
                yield kind, text
