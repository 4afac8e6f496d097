"""Lets a model that is being trained write as it will be served, and judges what it writes."""

from __future__ import annotations

from peft import PeftModel

from engine.bundled_checks import bundled_checker
from engine.causal_writer import CausalWriter
from engine.language_model import LanguageModel
from engine.questions import QuestionPack
from engine.utterance_checks import UtteranceChecker
from engine.utterance_writer import UtteranceWriter


def writer_over(loaded: LanguageModel) -> UtteranceWriter:
    """Return what writes with a model, its adapter included, at the temperature that is served."""
    model = loaded.model
    if isinstance(model, PeftModel):
        # The layers of the base hold the adapter's; the shell around them hides what they take.
        model = model.get_base_model()
    return CausalWriter("the model that is trained", LanguageModel(model, loaded.tokenizer))


def checker_of(pack: QuestionPack) -> UtteranceChecker:
    """Return the checks that guard the bot, for what is said about a pack."""
    return bundled_checker({pack.id: pack})
