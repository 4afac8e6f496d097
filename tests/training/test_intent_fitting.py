"""What the intent head learns from: labelled messages, terse answers, and names of concepts."""

from __future__ import annotations

from pathlib import Path

from engine.contract import Intent
from engine.pack_reader import read_pack
from tests.support.small_pack import write_small_pack
from tests.support.small_rows import write_small_rows
from training.intent_fitting import Messages
from training.rows import AnswerRow, IntentRow, split_of
from training.train_answer_evaluator import read_rows

FURTHER = """
- id: bootstrap
  ko:
    question: 부트스트랩이 뭐야?
    references: [다시 뽑기, 복원 추출]
    wrong: [한 번 뽑기, 섞기]
    answers:
      right: [있는 데이터에서 되풀이해 뽑아]
      terse: [되풀이해 뽑기]
  en:
    question: What is the bootstrap?
    references: [drawing again, resampling]
    wrong: [one draw, a shuffle]
    answers:
      terse: [draw with replacement]
      off_topic: [boots]
"""


def test_names_are_answers_to_learn_from_and_never_to_score_on() -> None:
    answer = AnswerRow("loss", "f", "en", "the error", Intent.ANSWER, (), (), (), "right")
    message = IntentRow("g", "en", "go away", Intent.SMALL_TALK, "insult")
    messages = Messages.of([answer], [message], ["PCA", "bagging"])
    assert messages.texts == ("the error", "go away", "PCA", "bagging")
    assert messages.intents.tolist() == ["answer", "insult", "answer", "answer"]
    assert messages.splits.tolist()[2:] == ["train", "train"]


def test_terse_answers_to_further_questions_are_messages_of_their_own_split(tmp_path: Path) -> None:
    write_small_rows(tmp_path)
    (tmp_path / "further").mkdir()
    (tmp_path / "further" / "sampling.yaml").write_text(FURTHER, encoding="utf-8")
    rows = read_rows(read_pack(write_small_pack(tmp_path / "packs") / "small"), tmp_path)
    assert [row.answer for row in rows.terse] == ["되풀이해 뽑기", "draw with replacement"]
    messages = rows.messages(())
    place = messages.texts.index("draw with replacement")
    assert messages.intents[place] == "answer"
    assert messages.splits[place] == split_of("bootstrap", "bootstrap")
