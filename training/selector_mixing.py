"""Learns how vectors and words go together: two factors, and how readily each topic is gone to.

A softmax over the topics that may follow, in which a candidate stands for all that is reached
through it. So few numbers are learnt that some hundred choices are enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.question_selector import WordsOpinion
from engine.topic_words import NOWHERE, TopicWords
from training.selector_scores import Spoken

STEPS = 300
RATE = 0.05
# Keeps the readiness of topics that no choice was seen for near that of the others.
PULL = 1e-3


@dataclass(frozen=True, slots=True)
class _Choices:
    """Rows as arrays over all topics, `NOWHERE` last.

    Args:
        near, said: what vectors and words say: ``(rows, topics)``.
        legal, wanted: which count: ``(rows, topics)``.
    """

    near: torch.Tensor
    said: torch.Tensor
    legal: torch.Tensor
    wanted: torch.Tensor


def mix(words: TopicWords, rows: Sequence[Spoken]) -> WordsOpinion:
    """Return the opinion that is right most surely on some rows.

    Args:
        words: the layer, as `training.topic_words_fitting` leaves it.
        rows: written choices with what speaks for each topic.
    """
    topics = tuple(dict.fromkeys(t for row in rows for way in row.ways for t in way))
    topics = (*words.topics, *(t for t in topics if t not in words.topics), NOWHERE)
    data = _arrays(topics, rows)
    factors = torch.tensor([5.0, 1.0], requires_grad=True)
    ready = torch.zeros(len(topics), requires_grad=True)
    steps = torch.optim.Adam([factors, ready], lr=RATE)
    for _ in range(STEPS):
        odds = factors[0] * data.near + factors[1] * data.said + ready
        loss = (_over(odds, data.legal) - _over(odds, data.wanted)).mean()
        loss = loss + PULL * (ready**2).sum()
        steps.zero_grad()
        loss.backward()
        steps.step()
    near, said = factors.detach().tolist()
    return WordsOpinion(_scaled(words, topics, said, ready.detach().numpy()), near)


def _arrays(topics: Sequence[str], rows: Sequence[Spoken]) -> _Choices:
    place = {topic: index for index, topic in enumerate(topics)}
    near, said = np.zeros((2, len(rows), len(topics)), dtype=np.float32)
    legal, wanted = np.zeros((2, len(rows), len(topics)), dtype=bool)
    for index, row in enumerate(rows):
        for number, way in enumerate(row.ways):
            for topic in way:
                legal[index, place[topic]] = True
                wanted[index, place[topic]] = number == row.wanted
                near[index, place[topic]] = row.near[topic]
                said[index, place[topic]] = row.said.get(topic, 0.0)
        legal[index, -1] = True
        wanted[index, -1] = row.nowhere
    return _Choices(*map(torch.from_numpy, (near, said, legal, wanted)))


def _over(odds: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return torch.logsumexp(odds.masked_fill(~mask, -torch.inf), dim=1)


def _scaled(
    words: TopicWords, topics: tuple[str, ...], factor: float, ready: np.ndarray
) -> TopicWords:
    """Return the layer with its factor and the readiness of the topics worked into it."""
    more = len(topics) - len(words.topics)
    weight = np.concatenate([factor * words.weight, np.zeros((more, words.weight.shape[1]))])
    bias = np.concatenate([factor * words.bias, np.zeros(more)]) + ready
    return replace(
        words, topics=topics, weight=weight.astype(np.float32), bias=bias.astype(np.float32)
    )
