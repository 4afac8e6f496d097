"""The losses of an S-BERT that chooses from a fixed list of candidates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import torch
from sentence_transformers import SentenceTransformer
from torch.nn.functional import cross_entropy, mse_loss, normalize, one_hot

TEMPERATURE = 0.05
# Of the squared distance beside the softmax.
PULL = 5.0


class Loss(StrEnum):
    """What training lowers: softmax over all candidates, or distance of each cosine from 1 or 0."""

    SOFTMAX = "softmax"
    COSINE = "cosine"


class CandidateCrossEntropy(torch.nn.Module):  # type: ignore[misc]  # is not followed
    """Softmax over the cosine similarities of a text to all candidates.

    Every step compares each text with every candidate, so that a candidate is learnt from all
    texts that are not about it. `PULL` times the squared distance from 1 and 0 is added: the
    softmax alone is content with any clear difference, and then similarities mean little.

    Args:
        model: encodes texts and candidates alike.
        candidates: all that can be chosen; a label is an index into them.
        temperature: of the softmax.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        candidates: Sequence[str],
        temperature: float = TEMPERATURE,
    ) -> None:
        super().__init__()
        self.model = model
        self.temperature = temperature
        features = model.preprocess(list(candidates))
        self._candidates = {n: f for n, f in features.items() if isinstance(f, torch.Tensor)}

    def forward(
        self, sentence_features: Iterable[dict[str, torch.Tensor]], labels: torch.Tensor
    ) -> torch.Tensor:
        """Return the loss of one batch.

        Args:
            sentence_features: one entry, the tokenised texts (batch, tokens).
            labels: index of each text's right candidate (batch,).
        """
        (texts,) = sentence_features
        candidates = {name: value.to(labels.device) for name, value in self._candidates.items()}
        near = self._encode(texts) @ self._encode(candidates).T
        loss = cross_entropy(near / self.temperature, labels)
        targets = one_hot(labels, near.shape[1]).to(near.dtype)
        return loss + PULL * mse_loss(near, targets)

    def _encode(self, features: dict[str, torch.Tensor]) -> torch.Tensor:
        return normalize(self.model(dict(features))["sentence_embedding"].float(), dim=1)
