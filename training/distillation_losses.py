"""The losses that pull a student's sentence vectors towards a teacher's and towards gold scores."""

import torch
from torch.nn.functional import kl_div, log_softmax


def teacher_loss(
    student: torch.Tensor, teacher: torch.Tensor, *, temperature: float
) -> torch.Tensor:
    """Cosine distance to the teacher's vectors plus in-batch contrast against them.

    The contrast's targets are the teacher's own similarities and not the identity, because a
    batch may hold two sentences that say nearly the same.

    Args:
        student: unit vectors, (batch, width).
        teacher: unit vectors of the aligned sentences, (batch, width).
        temperature: of both softmaxes.

    Returns:
        A scalar, 0 where the student equals the teacher.
    """
    cosine = 1.0 - (student * teacher).sum(dim=1).mean()
    targets = log_softmax(teacher @ teacher.T / temperature, dim=1)
    guesses = log_softmax(student @ teacher.T / temperature, dim=1)
    contrast = kl_div(guesses, targets, reduction="batchmean", log_target=True)
    return cosine + contrast


def ranking_loss(
    first: torch.Tensor, second: torch.Tensor, scores: torch.Tensor, *, scale: float
) -> torch.Tensor:
    """CoSENT: every pair scored higher than another must also be more similar.

    Args:
        first: unit vectors, (batch, width).
        second: unit vectors of their partners, (batch, width).
        scores: gold similarities, (batch,); only their order counts.
        scale: factor on the differences of cosines.

    Returns:
        A scalar; 0 without two different scores.

    Source: Su Jianlin, CoSENT (2022), https://kexue.fm/archives/8847.
    """
    similarity = (first * second).sum(dim=1) * scale
    # [i, j] is how much more similar pair i came out than pair j.
    excess = similarity[:, None] - similarity[None, :]
    should_be_below = scores[:, None] < scores[None, :]
    violations = excess[should_be_below]
    return torch.logsumexp(torch.cat([violations.new_zeros(1), violations]), dim=0)
