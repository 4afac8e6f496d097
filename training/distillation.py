"""Distils a teacher's sentence vectors into a student, in batches ordered by length."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import torch

from training.corpora import AlignedPair, ScoredPair
from training.distillation_losses import ranking_loss, teacher_loss
from training.encoder_model import SentenceEncoder, Vectors
from training.masked_language import MaskedHead


@dataclass(frozen=True)
class DistillationSettings:
    """How the student learns.

    Attributes:
        batch_size: texts (or scored pairs) a step.
        english_share: steps that teach English itself, for each step of Korean.
        masked_share: steps of masked-language modelling, for each step of Korean.
        embedding_rate: peak learning rate of the embedding rows that may move.
        body_rate: peak learning rate of everything else.
        temperature: of the contrast to the teacher.
        ranking_scale: factor on cosines in the ranking by gold scores.
        warmup: share of the run in which the rate climbs; it then falls linearly to zero.
        max_gradient: gradients are scaled down to this norm.
        seed: of the order of the batches.
    """

    batch_size: int = 48
    english_share: float = 0.2
    masked_share: float = 1.0
    embedding_rate: float = 1e-3
    body_rate: float = 1e-4
    temperature: float = 0.05
    ranking_scale: float = 20.0
    warmup: float = 0.03
    max_gradient: float = 1.0
    seed: int = 20


class Task(Enum):
    """What a step teaches."""

    KOREAN = "korean"
    ENGLISH = "english"
    RANKING = "ranking"
    MASKED = "masked"


@dataclass(frozen=True)
class Step:
    """One batch: indices into the aligned pairs, the scored pairs, or the plain texts."""

    task: Task
    items: tuple[int, ...]


class Curriculum:
    """The texts in token ids, the teacher's vectors beside them, and the order of an epoch.

    Args:
        encoder: the student, for its tokenizer.
        aligned: Korean texts with their English.
        teacher: the teacher's unit vectors of the English texts, (aligned, width).
        rankings: groups of pairs with gold scores; scores are only compared within a group.
        plain: texts without a translation, for masked-language modelling.
        settings: batch size, shares and seed.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the texts of every task, passed once
        self,
        encoder: SentenceEncoder,
        aligned: Sequence[AlignedPair],
        teacher: Vectors,
        rankings: Sequence[Sequence[ScoredPair]],
        plain: Sequence[str],
        settings: DistillationSettings,
    ) -> None:
        self.korean = encoder.tokenise([pair.korean for pair in aligned])
        self.english = encoder.tokenise([pair.english for pair in aligned])
        self.teacher = torch.from_numpy(teacher).to(encoder.model.device)
        scored = [pair for group in rankings for pair in group]
        self._groups = [len(group) for group in rankings]
        self.first = encoder.tokenise([pair.first for pair in scored])
        self.second = encoder.tokenise([pair.second for pair in scored])
        self.scores = torch.tensor([pair.score for pair in scored], device=encoder.model.device)
        self.plain = encoder.tokenise(plain)
        self.head = MaskedHead(encoder, seed=settings.seed)
        self._settings = settings

    def epoch(self, number: int) -> list[Step]:
        """The steps of an epoch; the same number always gives the same steps."""
        order = random.Random(f"{self._settings.seed}:{number}")
        korean = self._batches(Task.KOREAN, [len(ids) for ids in self.korean], order)
        english = self._batches(Task.ENGLISH, [len(ids) for ids in self.english], order)
        ranked = self._ranked(order)
        masked = self._batches(Task.MASKED, [len(ids) for ids in self.plain], order)
        # Short before long would be all captions and then all documents, and forget the captions.
        for batches in (korean, english, ranked, masked):
            order.shuffle(batches)
        english = english[: round(len(korean) * self._settings.english_share)]
        masked = masked[: round(len(korean) * self._settings.masked_share)]
        return _interleave([korean, english, ranked, masked])

    def loss(self, encoder: SentenceEncoder, step: Step) -> torch.Tensor:
        """The student's loss on one step."""
        if step.task is Task.RANKING:
            both = encoder(
                [side[item] for side in (self.first, self.second) for item in step.items]
            )
            first, second = both.chunk(2)
            scores = self.scores[list(step.items)]
            return ranking_loss(first, second, scores, scale=self._settings.ranking_scale)
        if step.task is Task.MASKED:
            return self.head.loss(encoder, [self.plain[item] for item in step.items])
        texts = self.korean if step.task is Task.KOREAN else self.english
        student = encoder([texts[item] for item in step.items])
        teacher = self.teacher[list(step.items)]
        return teacher_loss(student, teacher, temperature=self._settings.temperature)

    def _ranked(self, order: random.Random) -> list[Step]:
        steps, start = [], 0
        for size in self._groups:
            lengths = [len(ids) for ids in self.first[start : start + size]]
            for step in self._batches(Task.RANKING, lengths, order):
                steps.append(Step(step.task, tuple(start + item for item in step.items)))
            start += size
        return steps

    def _batches(self, task: Task, lengths: Sequence[int], order: random.Random) -> list[Step]:
        # Noise on the length, so that a batch's company changes from epoch to epoch.
        keys = [length * order.uniform(0.9, 1.1) for length in lengths]
        by_length = sorted(range(len(lengths)), key=keys.__getitem__)
        size = self._settings.batch_size
        return [
            Step(task, tuple(by_length[start : start + size]))
            for start in range(0, len(by_length), size)
        ]


class Learner:
    """The student with its optimiser.

    Args:
        encoder: the student.
        head: the head of the masked-language modelling, which learns with the student.
        frozen_rows: how many embedding rows, from the front, stay as they are: the base's own
            pieces, which keep English where it was.
        settings: rates and limits.
    """

    def __init__(
        self,
        encoder: SentenceEncoder,
        head: MaskedHead,
        *,
        frozen_rows: int,
        settings: DistillationSettings,
    ) -> None:
        self.encoder = encoder
        self.head = head
        self._settings = settings
        self._frozen_rows = frozen_rows
        embeddings = encoder.model.get_input_embeddings().weight
        body = [
            parameter
            for name, parameter in encoder.model.named_parameters()
            if parameter is not embeddings and not name.startswith("pooler.")
        ]
        body += head.parameters()
        self.parameters = [embeddings, *body]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [embeddings], "lr": settings.embedding_rate, "weight_decay": 0.0},
                {"params": body, "lr": settings.body_rate, "weight_decay": 0.01},
            ],
            fused=True,
        )
        self._peaks = [settings.embedding_rate, settings.body_rate]

    def learn(self, curriculum: Curriculum, step: Step, *, progress: float) -> float:
        """Take one optimiser step and return its loss.

        Args:
            progress: how much of the run is behind, 0 to 1; sets the learning rate.
        """
        for group, peak in zip(self.optimizer.param_groups, self._peaks, strict=True):
            group["lr"] = peak * rate_factor(progress, self._settings.warmup)
        loss = curriculum.loss(self.encoder, step)
        loss.backward()
        # Without a gradient and without decay, AdamW leaves a row exactly as it is.
        embedding_gradient = self.parameters[0].grad
        if embedding_gradient is not None:
            embedding_gradient[: self._frozen_rows] = 0.0
        torch.nn.utils.clip_grad_norm_(self.parameters, self._settings.max_gradient)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return float(loss.item())


def rate_factor(progress: float, warmup: float) -> float:
    """Linear climb over ``warmup``, then linear fall to zero at ``progress`` 1."""
    if progress < warmup:
        return progress / warmup
    return max(0.0, (1.0 - progress) / (1.0 - warmup))


def _interleave(queues: Sequence[Sequence[Step]]) -> list[Step]:
    """One list in which each queue keeps its order and is spread evenly."""

    def positions() -> Iterator[tuple[float, int, Step]]:
        for rank, queue in enumerate(queues):
            for index, step in enumerate(queue):
                yield (index + 0.5) / len(queue), rank, step

    return [step for _, _, step in sorted(positions(), key=lambda entry: entry[:2])]
