"""One member of the verifier learns: AdamW over batches of pairs of like length, in bf16.

Two losses: cross-entropy over the classes of every pair, and for couples a logistic one over how
much more the right answer is taken for covered than the other (RankNet, Burges et al. 2005). What
differs by a word is told apart only where both are read side by side: cross-entropy alone learns
first what they share.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import BatchEncoding

from engine.encoder_body import EncoderBody
from engine.pair_reader import PairReader
from engine.ports import VERIFIER_CLASSES
from training.plain_attention import use_plain_attention
from training.precision import mixed_precision
from training.verifier_pairs import VerifierPair

log = logging.getLogger(__name__)

# Draws the pairs of one epoch.
Epoch = Callable[[random.Random], list[VerifierPair]]


@dataclass(frozen=True)
class LearningSettings:
    """How one member learns.

    Args:
        epochs: passes; each draws other right answers and manners of speaking.
        learning_rate: peak, with linear warm-up and cosine decay.
        batch_size: pairs a step.
        smoothing: of the labels.
        ranking: weight of the couples' loss beside the cross-entropy.
        kept: share of the weights that it started from in the mean that is returned, where it went
            on learning (WiSE-FT, Wortsman et al. 2022): what is learnt of these topics costs less
            of what holds for others.
        minutes: the rate falls to zero by then, and learning ends, whatever epochs are left.
        dropout: share of the states that is left out. The manners that are drawn anew for every
            epoch are noise enough for few epochs, and dropping costs a third of the time.
    """

    epochs: int = 6
    learning_rate: float = 3e-4
    batch_size: int = 128
    smoothing: float = 0.05
    ranking: float = 0.5
    kept: float = 0.5
    minutes: float = 600.0
    dropout: float = 0.0


def learn_member(
    body: EncoderBody,
    epoch: Epoch,
    settings: LearningSettings,
    seed: int,
    start: Path | None = None,
) -> PairReader:
    """Return a reader of pairs that started as a copy of the body's layers, or of another reader.

    Args:
        body: the shared body; its word embeddings stay as they are.
        epoch: draws the pairs of an epoch.
        settings: how to learn.
        seed: of the classifier's first weights, the drawing, and the order.
        start: weights of a reader that goes on learning.
    """
    torch.manual_seed(seed)
    chance = random.Random(seed)
    member = _beginner(body, settings.dropout, start)
    first = epoch(chance)
    clock = _Clock(settings, math.ceil(len(first) / settings.batch_size))
    steps = _Steps(member, settings, clock)
    member.train()
    for number in range(1, settings.epochs + 1):
        pairs = first if number == 1 else epoch(chance)
        mean = steps.through(batches(pairs, settings.batch_size, chance))
        log.info(
            "seed %d epoch %d/%d: %d pairs, loss %.3f, %.1f min",
            *(seed, number, settings.epochs, len(pairs), mean, clock.minutes()),
        )
        if clock.progress() >= 1:
            break
    if start is not None:
        keep(member, start, settings.kept)
    member.eval()
    return member


def keep(member: PairReader, start: Path, share: float) -> None:
    """Move a reader part of the way back to the weights that it started from.

    Args:
        member: has learnt.
        start: weights that it started from.
        share: of these in the mean.
    """
    learnt = {name: tensor.detach().clone() for name, tensor in member.state_dict().items()}
    member.load(start)
    with torch.no_grad():
        for name, tensor in member.state_dict().items():
            tensor.lerp_(learnt[name], 1 - share)


def _beginner(body: EncoderBody, dropout: float, start: Path | None) -> PairReader:
    member = PairReader(body, classes=len(VERIFIER_CLASSES))
    if start is None:
        member.start_from(body)
    else:
        member.load(start)
    member.layers.get_input_embeddings().requires_grad_(requires_grad=False)
    for module in member.layers.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = dropout
    if member.layers.device.type == "cpu":
        use_plain_attention(member.layers)
    return member


class _Clock:
    """How much of the steps, or of the time, is spent."""

    def __init__(self, settings: LearningSettings, steps: int) -> None:
        self.step = 0
        self._total = settings.epochs * steps
        self._limit = settings.minutes
        self._started = time.monotonic()

    def minutes(self) -> float:
        """Minutes since learning began."""
        return (time.monotonic() - self._started) / 60

    def progress(self) -> float:
        """The larger share, 0 to 1, of steps done and of time gone."""
        return max(self.step / self._total, self.minutes() / self._limit)


class _Steps:
    """The steps in which a member learns; the rate falls as the clock goes."""

    def __init__(self, member: PairReader, settings: LearningSettings, clock: _Clock) -> None:
        self._member = member
        self._settings = settings
        self._clock = clock
        self._weights = [p for p in member.parameters() if p.requires_grad]
        cuda = member.layers.device.type == "cuda"
        self._optimiser = torch.optim.AdamW(
            self._weights, lr=settings.learning_rate, weight_decay=0.01, fused=cuda or None
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser, lambda _: _rate(clock.progress())
        )

    def through(self, cut: Sequence[Sequence[VerifierPair]]) -> float:
        """Learn from one batch after another while there is time, and return their mean loss."""
        losses = []
        for batch in _tokenised(self._member, cut):
            losses.append(self._take(*batch))
            if self._clock.progress() >= 1:
                break
        return float(torch.stack(losses).mean())

    def _take(
        self, tokens: BatchEncoding, labels: torch.Tensor, couples: torch.Tensor
    ) -> torch.Tensor:
        self._clock.step += 1
        device = self._member.layers.device
        with mixed_precision(device):
            logits = self._member(tokens).float()
        wanted = labels.to(device)
        smoothing = self._settings.smoothing
        loss = torch.nn.functional.cross_entropy(logits, wanted, label_smoothing=smoothing)
        if len(couples):
            loss = loss + self._settings.ranking * ranking_loss(logits, couples.to(device))
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimiser.step()
        self._schedule.step()
        return loss.detach()


def ranking_loss(logits: torch.Tensor, couples: torch.Tensor) -> torch.Tensor:
    """Return the mean loss of couples: small where the right answer is covered by more odds.

    Args:
        logits: of a batch, ``(pairs, classes)``, covered first.
        couples: rows of a right answer and of its other, ``(couples, 2)``.
    """
    odds = logits[:, 0] - torch.logsumexp(logits[:, 1:], dim=1)
    return torch.nn.functional.softplus(odds[couples[:, 1]] - odds[couples[:, 0]]).mean()


def couples_of(batch: Sequence[VerifierPair]) -> list[tuple[int, int]]:
    """Return the places of both pairs of each couple that is whole in a batch."""
    first: dict[int, int] = {}
    found = []
    for place, pair in enumerate(batch):
        if pair.couple in first:
            found.append((first[pair.couple], place))
        elif pair.couple:
            first[pair.couple] = place
    return found


def _tokenised(
    member: PairReader, cut: Sequence[Sequence[VerifierPair]]
) -> Iterator[tuple[BatchEncoding, torch.Tensor, torch.Tensor]]:
    """Yield batches as tokens, labels and couples; a thread prepares one ahead."""

    def prepare(
        batch: Sequence[VerifierPair],
    ) -> tuple[BatchEncoding, torch.Tensor, torch.Tensor]:
        tokens = member.tokenise([(pair.context, pair.message) for pair in batch])
        labels = torch.tensor([pair.label for pair in batch])
        return tokens, labels, torch.tensor(couples_of(batch), dtype=torch.long).reshape(-1, 2)

    with ThreadPoolExecutor(max_workers=1) as ahead:
        waiting = None
        for batch in cut:
            following = ahead.submit(prepare, batch)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()


def batches(
    pairs: Sequence[VerifierPair], size: int, chance: random.Random
) -> list[list[VerifierPair]]:
    """Return batches of pairs of like length, in random order: little of a batch is padding.

    Couples stay together, the right answer first, so that a batch may be one larger than asked.

    Args:
        pairs: those of a couple one after the other.
        size: pairs a batch.
        chance: draws the order.
    """
    units: list[list[VerifierPair]] = []
    for pair in pairs:
        if pair.couple and units and units[-1][0].couple == pair.couple:
            units[-1].append(pair)
        else:
            units.append([pair])
    chance.shuffle(units)
    units.sort(key=lambda unit: max(len(p.context) + len(p.message) for p in unit) // 16)
    cut: list[list[VerifierPair]] = [[]]
    for unit in units:
        if len(cut[-1]) >= size:
            cut.append([])
        cut[-1] += unit
    chance.shuffle(cut)
    return cut


def _rate(progress: float) -> float:
    """Linear warm-up over a sixteenth of the run, then a cosine down to zero."""
    warm = 1 / 16
    if progress < warm:
        return max(progress, 1e-3) / warm
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warm) / (1 - warm))))
