"""The checks that guard the bot, as they are put together everywhere."""

from __future__ import annotations

from collections.abc import Mapping

from engine.open_answers import OpenAnswers
from engine.questions import QuestionPack
from engine.stance_head import load_stance_head
from engine.utterance_checks import UtteranceChecker
from engine.utterance_relevance import WordedRelevance


def bundled_checker(packs: Mapping[str, QuestionPack]) -> UtteranceChecker:
    """Return the checks of utterances about some packs.

    Args:
        packs: pack id → pack.

    Raises:
        ArtifactError: the head among them is missing or altered.
    """
    return UtteranceChecker(WordedRelevance(packs), OpenAnswers(packs.values()), load_stance_head())
