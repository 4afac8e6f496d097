"""Letter n-grams of a message, hashed: how something is worded, where a sentence vector says what.

"건너뛸래" and "skip pls" are told by their letters; the S-BERT vector knows their sense only
roughly. Hashing (Weinberger et al. 2009) needs no stored vocabulary.
"""

from __future__ import annotations

import zlib

import numpy as np

from engine.arrays import FloatArray
from engine.intents import normalise

SIZE = 4096
LONGEST = 4
_READ_CHARACTERS = 400


def letter_features(text: str) -> FloatArray:
    """Return the hashed counts of the n-grams (1 to `LONGEST`) of each word, of unit length."""
    counts = np.zeros(SIZE, dtype=np.float32)
    for word in normalise(text)[:_READ_CHARACTERS].split():
        padded = f" {word} "
        for length in range(1, LONGEST + 1):
            for start in range(len(padded) - length + 1):
                code = zlib.crc32(padded[start : start + length].encode())
                counts[code % SIZE] += 1 if code & 0x8000_0000 else -1
    norm = float(np.linalg.norm(counts))
    return counts / norm if norm else counts


def message_features(text: str, vector: FloatArray) -> FloatArray:
    """Return what the intent head reads: the message's vector, then its letter features."""
    return np.concatenate([vector, letter_features(text)])
