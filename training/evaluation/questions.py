"""Evaluates stage 2 on labelled choices: ranked over all topics, and among the legal ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.artifacts import QUESTION_SELECTOR
from engine.contract import Intent, TurnRequest
from engine.pipeline import legal_candidates
from engine.ports import Evaluation
from engine.question_selector import context_text
from engine.questions import Topic
from training.evaluation.labels import shown
from training.evaluation.models import StageTwo
from training.evaluation.ranking import Outcome, Ranking
from training.evaluation.turns import Turn, choice_request, request
from training.rows import ChoiceRow


@dataclass(frozen=True, slots=True)
class _Choice:
    """One choice to make, and what is right.

    Args:
        request: the turn.
        evaluation: what stage 1 made of it.
        legal: topics that may follow, default first.
        label: the title of the right one, as `shown`.
        place, topic, language, kind, text: as in `Outcome`.
    """

    request: TurnRequest
    evaluation: Evaluation
    legal: tuple[str, ...]
    label: str
    place: str
    topic: str
    language: str
    kind: str
    text: str


def evaluate_next_turns(stage: StageTwo, turns: Sequence[Turn]) -> Ranking:
    """Evaluate the selector that serves on rows of the reference layout.

    Stage 1 is taken from the row; what may follow is what the bot's pipeline allows then.

    Args:
        stage: the model.
        turns: rows with what they mean for the stage's pack.
    """
    choices = []
    for turn in turns:
        asked, evaluation = choice_request(stage.pack, turn)
        row = turn.row
        choices.append(
            _Choice(
                asked,
                evaluation,
                legal_candidates(asked, stage.pack, evaluation),
                turn.next_label,
                row.place,
                row.current_question,
                row.language,
                row.kind,
                row.user_input,
            )
        )
    return _ranked(stage, choices)


def evaluate_choices(stage: StageTwo, rows: Sequence[ChoiceRow]) -> Ranking:
    """Evaluate the selector that serves on the project's own rows; the topic is always left.

    Args:
        stage: the model.
        rows: labelled choices, checked against the stage's pack.
    """
    choices = []
    for row in rows:
        topic = stage.pack.topic(row.topic)
        asked = request(stage.pack, topic, row.locale, row.answer)
        choices.append(
            _Choice(
                asked,
                Evaluation(Intent.ANSWER),
                topic.next,
                shown(stage.pack.topic(row.next_topic).title),
                row.place,
                shown(topic.title),
                row.locale,
                row.kind,
                row.answer,
            )
        )
    return _ranked(stage, choices)


def _ranked(stage: StageTwo, choices: Sequence[_Choice]) -> Ranking:
    topics = list(stage.pack)
    titles = tuple(dict.fromkeys(shown(topic.title) for topic in topics))
    contexts = [_context(stage.pack.topic(c.request.topic_id), c.request) for c in choices]
    stage.encoder.prepare(contexts, QUESTION_SELECTOR)
    vectors = stage.encoder.encode(contexts, QUESTION_SELECTOR)
    near = np.zeros((len(choices), len(titles)), dtype=np.float32)
    outcomes = []
    for index, choice in enumerate(choices):
        for topic in topics:
            column = titles.index(shown(topic.title))
            candidate = stage.vectors[stage.pack.id, topic.id, choice.request.locale]
            near[index, column] = max(near[index, column], float(candidate @ vectors[index]))
        said = shown(stage.pack.topic(_selected(stage, choice)).title)
        outcomes.append(
            Outcome(
                place=choice.place,
                topic=choice.topic,
                language=choice.language,
                kind=choice.kind,
                text=choice.text,
                label=choice.label,
                said=said,
                agreed=(said == choice.label,),
            )
        )
    truth = np.array([titles.index(choice.label) for choice in choices], dtype=np.int64)
    return Ranking(titles, near, truth, tuple(outcomes))


def _selected(stage: StageTwo, choice: _Choice) -> str:
    """Return the topic that the bot goes to; the only legal one needs no choosing."""
    if len(choice.legal) == 1:
        return choice.legal[0]
    return stage.selector.select(choice.request, stage.pack, choice.evaluation, choice.legal)


def _context(topic: Topic, asked: TurnRequest) -> str:
    return context_text(topic, asked.answer, asked.locale)
