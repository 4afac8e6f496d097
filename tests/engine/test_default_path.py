"""A worker with the bundled models serves a whole turn without the libraries that train them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.cache_folder import CACHE_VARIABLE
from tests.support.command import ROOT, environment
from tests.support.small_pack import PACK, write_small_pack

pytestmark = pytest.mark.models

HEAVY = ("torch", "transformers", "sentence_transformers", "peft")
TURN = f"""
import sys

class Absent:
    asked = []

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            self.asked.append(name)
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
import engine.__main__
from engine.contract import Intent, Mode, PackRef, TurnRequest
from engine.loading import EngineSettings, load_engine

pipeline = load_engine(EngineSettings()).pipeline
pack = pipeline.packs["ml-core"]
for topic_id, answer in (
    ("greeting", "let's start with PEFT"),
    ("loss-function-definition", "It measures how far predictions are from the actual values"),
):
    topic = pack.topic(topic_id)
    result = pipeline.run(
        TurnRequest(
            request_id="r",
            seed="0:1",
            pack=PackRef(pack.id, pack.version),
            locale="en",
            mode=Mode.COACH,
            topic_id=topic_id,
            question=topic.question["en"][0],
            answer=answer,
            open_points=topic.point_ids,
            next_topics=topic.next,
            may_retry=True,
        )
    )
    assert result.intent is Intent.ANSWER and result.utterance.text
assert result.verdicts
print(*Absent.asked)
"""


def test_a_turn_neither_needs_nor_imports_them(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TURN],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_what_was_prepared_is_found(tmp_path: Path) -> None:
    packs = write_small_pack(tmp_path / "packs")
    changes = {CACHE_VARIABLE: str(tmp_path / "kept")}

    def prepare() -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "engine", "--prepare", "--packs", str(packs)],
            cwd=ROOT,
            env=environment(tmp_path, changes),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr

    code, said = prepare()
    assert (code, said.count("making the model")) == (0, 3), said
    kept = sorted(tmp_path.glob("kept/**/*"))
    assert [file.name.rsplit("-", 2)[0] for file in kept if file.suffix == ".npy"] == [PACK.id] * 2
    assert prepare() == (0, "")
    assert sorted(tmp_path.glob("kept/**/*")) == kept
