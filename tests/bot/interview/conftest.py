"""Somebody who talks to the interviewer: about the small pack, unless a file has another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.questions import QuestionPack
from tests.support.interview import Conversation
from tests.support.packs import read_small_pack


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    """What is talked about; a file about another pack has a fixture of this name."""
    return read_small_pack(tmp_path)


@pytest.fixture
def talk(pack: QuestionPack) -> Conversation:
    """A conversation in English in which nothing was said yet."""
    return Conversation(pack)
