"""Which topics a candidate stands for: itself, and those that the interview comes to through it.

After the opening only the entrances of a pack can be chosen. Who asks for A/B tests is led to data
leakage, because A/B tests are what follows there.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.questions import QuestionPack


def reach(pack: QuestionPack, left: str, candidates: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return candidate → the topics that are met on the default way from it, itself first.

    The way ends before the topic that is left, before another candidate, before an entrance of the
    pack (what may follow its start), and before a topic that is not judged.

    Args:
        pack: the pack.
        left: id of the topic that the interview leaves.
        candidates: ids of the topics that may be asked next.
    """
    ends = {left, *candidates, *pack.topic(pack.start).next}
    return {candidate: _way(pack, candidate, ends) for candidate in candidates}


def _way(pack: QuestionPack, start: str, ends: set[str]) -> tuple[str, ...]:
    way = [start]
    while pack.topic(way[-1]).kind.judged and pack.topic(way[-1]).next:
        following = pack.topic(way[-1]).next[0]
        if following in ends or following in way or not pack.topic(following).kind.judged:
            break
        way.append(following)
    return tuple(way)
