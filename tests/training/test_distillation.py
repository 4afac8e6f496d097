"""A curriculum covers everything once an epoch; a learner moves only what it may."""

from collections import Counter
from pathlib import Path

import pytest
import torch

from training.corpora import AlignedPair, ScoredPair
from training.distillation import (
    Curriculum,
    DistillationSettings,
    Learner,
    Step,
    Task,
    rate_factor,
)
from training.encoder_model import SentenceEncoder, load_encoder

ALIGNED = [AlignedPair("손실 " * (index + 1), f"loss {index}") for index in range(10)]
SCORED = [ScoredPair("손실", "모델", float(index)) for index in range(4)]
PLAIN = ["오차 손실 모델" for _ in range(8)]
SETTINGS = DistillationSettings(batch_size=2, english_share=0.4)


@pytest.fixture
def encoder(tiny_base: Path) -> SentenceEncoder:
    return load_encoder(str(tiny_base), max_tokens=48)


@pytest.fixture
def curriculum(encoder: SentenceEncoder) -> Curriculum:
    teacher = encoder.encode([pair.english for pair in ALIGNED])
    return Curriculum(encoder, ALIGNED, teacher, [SCORED[:3], SCORED[3:]], PLAIN, SETTINGS)


def _items(steps: list[Step], task: Task) -> Counter[int]:
    return Counter(item for step in steps if step.task is task for item in step.items)


def test_an_epoch_holds_every_korean_text_and_every_scored_pair_once(
    curriculum: Curriculum,
) -> None:
    steps = curriculum.epoch(0)
    assert _items(steps, Task.KOREAN) == Counter(range(10))
    assert _items(steps, Task.RANKING) == Counter(range(4))
    assert sum(step.task is Task.ENGLISH for step in steps) == 2
    # The fourth pair is of another group, where the same score means something else.
    assert Step(Task.RANKING, (3,)) in steps


def test_an_epoch_can_be_repeated_and_differs_from_the_next(curriculum: Curriculum) -> None:
    assert curriculum.epoch(1) == curriculum.epoch(1)
    assert curriculum.epoch(1) != curriculum.epoch(2)


def test_a_batch_holds_texts_of_like_length_and_batches_come_in_no_order_of_length(
    curriculum: Curriculum,
) -> None:
    lengths = [
        [len(curriculum.korean[item]) for item in step.items]
        for step in curriculum.epoch(0)
        if step.task is Task.KOREAN
    ]
    assert all(max(batch) < 1.6 * min(batch) + 4 for batch in lengths)
    assert lengths != sorted(lengths)


def test_learning_lowers_the_loss_and_leaves_frozen_rows_alone(
    encoder: SentenceEncoder, curriculum: Curriculum
) -> None:
    rows = encoder.model.get_input_embeddings().weight
    used = sorted({token for ids in curriculum.korean for token in ids})
    frozen = used[len(used) // 2]
    before = rows.detach().clone()
    learner = Learner(encoder, curriculum.head, frozen_rows=frozen, settings=SETTINGS)
    step = Step(Task.KOREAN, (0, 4))
    losses = [learner.learn(curriculum, step, progress=0.03) for _ in range(15)]
    assert losses[-1] < losses[0]
    assert torch.equal(rows[:frozen], before[:frozen])
    assert not torch.equal(rows[used[-1]], before[used[-1]])


def test_each_task_reads_its_own_texts(encoder: SentenceEncoder, curriculum: Curriculum) -> None:
    # English taught to the untouched teacher is already learnt; Korean is not.
    english = curriculum.loss(encoder, Step(Task.ENGLISH, (0, 1, 2)))
    korean = curriculum.loss(encoder, Step(Task.KOREAN, (0, 1, 2)))
    assert english.item() == pytest.approx(0, abs=1e-2)
    assert korean.item() > english.item()
    # The four pairs are the same two texts, so no order is better than another: log(1 + 6).
    ranking = curriculum.loss(encoder, Step(Task.RANKING, (0, 1, 2, 3)))
    assert ranking.item() == pytest.approx(1.9459, abs=0.05)


def test_plain_texts_are_read_in_their_share_of_steps(curriculum: Curriculum) -> None:
    steps = curriculum.epoch(0)
    assert len(_items(steps, Task.MASKED)) == 8
    assert sum(step.task is Task.MASKED for step in steps) == 4


def test_the_rate_climbs_and_falls_to_zero() -> None:
    assert rate_factor(0.0, 0.1) == 0.0
    assert rate_factor(0.1, 0.1) == 1.0
    assert rate_factor(0.55, 0.1) == pytest.approx(0.5)
    assert rate_factor(1.2, 0.1) == 0.0
