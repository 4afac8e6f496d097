"""Texts as rows of equal length, one after another without padding, in an order that is fixed."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

# Token ids; a vocabulary has fewer than 65,536.
TokenRows = npt.NDArray[np.uint16]
_AT_ONCE = 20_000


def pack_texts(tokenizer: Tokenizer, texts: Sequence[str], *, length: int) -> TokenRows:
    """Return the texts' token ids in rows ``(rows, length)``; what fills no row is left out.

    Args:
        tokenizer: cuts them.
        texts: in the order in which they are laid out; each ends with an end token of its own.
        length: tokens a row.
    """
    parts = [
        np.fromiter((i for e in encoded for i in e.ids), dtype=np.uint16)
        for start in range(0, len(texts), _AT_ONCE)
        if (encoded := tokenizer.encode_batch_fast(list(texts[start : start + _AT_ONCE])))
    ]
    stream = np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint16)
    return stream[: len(stream) // length * length].reshape(-1, length)


def shuffled(texts: Sequence[str], seed: int) -> list[str]:
    """Return the texts in an order that depends on the seed alone."""
    order = list(texts)
    random.Random(seed).shuffle(order)
    return order


def epoch_batches(rows: int, batch_size: int, *, seed: int, epoch: int) -> list[list[int]]:
    """Return the row numbers of each step of an epoch, every row once, in that epoch's order.

    Args:
        rows: how many there are.
        batch_size: rows a step; the last step may have fewer.
        seed: of the run.
        epoch: from 0.
    """
    order = list(range(rows))
    random.Random(f"{seed}/{epoch}").shuffle(order)
    return [order[start : start + batch_size] for start in range(0, rows, batch_size)]
