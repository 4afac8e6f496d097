"""The checks that guard the bot, as they are put together everywhere."""

from __future__ import annotations

from collections.abc import Mapping

from engine.fluency import load_fluency
from engine.open_answers import OpenAnswers
from engine.questions import QuestionPack
from engine.stance_head import load_stance_head
from engine.utterance_checks import UtteranceChecker
from engine.utterance_relevance import load_relevance


def bundled_checker(packs: Mapping[str, QuestionPack]) -> UtteranceChecker:
    """Return the checks of utterances about some packs.

    Args:
        packs: pack id → pack.

    Raises:
        ArtifactError: the judge among them is missing or altered.
    """
    return UtteranceChecker(
        relevance=load_relevance(packs),
        secrets=OpenAnswers(packs.values()),
        stances=load_stance_head(),
        fluency=load_fluency(),
    )
