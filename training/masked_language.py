"""Masked-language modelling beside the distillation, so that the new Korean pieces learn to read.

The distillation pairs hold some thirty thousand Korean texts; hundreds of thousands of plain ones
have no English to go with. Guessing their hidden pieces teaches the shared layers Korean while the
other steps keep the vectors where the teacher puts them. The head is not part of the result.
"""

from collections.abc import Sequence

import torch
from torch.nn.functional import cross_entropy, gelu

from training.encoder_model import SentenceEncoder
from training.precision import mixed_precision

# As in Devlin et al., BERT (2019): of the chosen pieces 80 % are hidden, 10 % exchanged, 10 % kept.
CHOSEN = 0.15
HIDDEN = 0.8
EXCHANGED = 0.1
_NOT_A_TARGET = -100


class MaskedHead(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """Guesses hidden pieces; its output layer is the encoder's own word embeddings.

    Args:
        encoder: the student; gives width, vocabulary and special pieces.
        seed: of the choice of pieces.
    """

    def __init__(self, encoder: SentenceEncoder, *, seed: int) -> None:
        super().__init__()
        embeddings = encoder.model.get_input_embeddings()
        width, device = embeddings.embedding_dim, encoder.model.device
        self.dense = torch.nn.Linear(width, width, device=device)
        self.norm = torch.nn.LayerNorm(width, device=device)
        self.bias = torch.nn.Parameter(torch.zeros(embeddings.num_embeddings, device=device))
        self._mask = encoder.tokenizer.mask_token_id
        self._special = frozenset(encoder.tokenizer.all_special_ids)
        self._chance = torch.Generator().manual_seed(seed)

    def get_extra_state(self) -> torch.Tensor:
        """What the choice of pieces goes on from, so that a resumed run hides the same ones."""
        return self._chance.get_state()

    def set_extra_state(self, state: torch.Tensor) -> None:
        """Take up what `get_extra_state` gave."""
        self._chance.set_state(state)

    def loss(self, encoder: SentenceEncoder, token_ids: Sequence[Sequence[int]]) -> torch.Tensor:
        """Mean cross-entropy of the hidden pieces; 0 where none was chosen."""
        corrupted, targets = self._hide(token_ids)
        states, _ = encoder.states(corrupted)
        places = [
            (row, column)
            for row, line in enumerate(targets)
            for column, target in enumerate(line)
            if target != _NOT_A_TARGET
        ]
        if not places:
            return states.sum() * 0.0
        rows, columns = zip(*places, strict=True)
        wanted = torch.tensor([targets[r][c] for r, c in places], device=states.device)
        hidden = self.norm(gelu(self.dense(states[list(rows), list(columns)])))
        weights = encoder.model.get_input_embeddings().weight
        with mixed_precision(states.device):
            logits = hidden @ weights.T + self.bias
        return cross_entropy(logits.float(), wanted)

    def _hide(self, token_ids: Sequence[Sequence[int]]) -> tuple[list[list[int]], list[list[int]]]:
        """The texts with some pieces hidden, and what stood there."""
        corrupted, targets = [], []
        for ids in token_ids:
            drawn = torch.rand(len(ids), 2, generator=self._chance).tolist()
            line, wanted = list(ids), [_NOT_A_TARGET] * len(ids)
            for place, (choose, how) in enumerate(drawn):
                if choose >= CHOSEN or ids[place] in self._special:
                    continue
                wanted[place] = ids[place]
                if how < HIDDEN:
                    line[place] = self._mask
                elif how < HIDDEN + EXCHANGED:
                    line[place] = int(
                        torch.randint(len(self.bias), (1,), generator=self._chance).item()
                    )
            corrupted.append(line)
            targets.append(wanted)
        return corrupted, targets
