"""The loss of an S-BERT that chooses among the topics that may follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from sentence_transformers import SentenceTransformer
from torch.nn.functional import normalize

TEMPERATURE = 0.05


class LegalTopicsCrossEntropy(torch.nn.Module):  # type: ignore[misc]  # is not followed
    """Softmax over the cosine similarities of a context to the topics that may follow it.

    Args:
        model: encodes contexts and topics alike.
        topics: texts of all topics, in every language that contexts have.
        legal: which topics may follow each row: ``(rows, topics)``.
        wanted: which of them are right for it; at least one: ``(rows, topics)``.
        temperature: of the softmax.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        topics: Sequence[str],
        legal: torch.Tensor,
        wanted: torch.Tensor,
        temperature: float = TEMPERATURE,
    ) -> None:
        super().__init__()
        self.model = model
        self.temperature = temperature
        self._topics = tuple(topics)
        self._legal, self._wanted = legal, wanted & legal

    def forward(
        self, sentence_features: Iterable[dict[str, torch.Tensor]], labels: torch.Tensor
    ) -> torch.Tensor:
        """Return the loss of one batch.

        Args:
            sentence_features: one entry, the tokenised contexts (batch, tokens).
            labels: the row of each context (batch,).
        """
        (contexts,) = sentence_features
        rows = labels.cpu()
        # Only topics that somebody in the batch may go to are worth encoding.
        used = self._legal[rows].any(dim=0)
        texts = [text for text, wanted in zip(self._topics, used.tolist(), strict=True) if wanted]
        features = {
            name: value.to(labels.device)
            for name, value in self.model.preprocess(texts).items()
            if isinstance(value, torch.Tensor)
        }
        scores = self._encode(contexts) @ self._encode(features).T / self.temperature
        legal = self._legal[rows][:, used].to(scores.device)
        wanted = self._wanted[rows][:, used].to(scores.device)
        return (_over(scores, legal) - _over(scores, wanted)).mean()

    def _encode(self, features: dict[str, torch.Tensor]) -> torch.Tensor:
        return normalize(self.model(dict(features))["sentence_embedding"].float(), dim=1)


def _over(scores: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return torch.logsumexp(scores.masked_fill(~mask, -torch.inf), dim=1)
