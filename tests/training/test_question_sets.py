"""Questions outside of every pack: read as a pack of their own, with all faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.errors import DataError
from training.question_sets import is_calibrating, read_further, read_question_set, read_unseen

BOOTSTRAP = """
- id: bootstrap
  ko:
    question: 부트스트랩이 뭐야?
    references: [다시 뽑기, 복원 추출]
    wrong: [한 번 뽑기, 섞기]
    answers:
      right: [있는 데이터에서 되풀이해 뽑아]
      near_miss: [한 번만 뽑아]
  en:
    question: What is the bootstrap?
    references: [drawing again, resampling]
    wrong: [a, b]
    answers:
      partial: [it draws]
      off_topic: [boots]
"""
FAULTY = """
- id: bootstrap
  ko:
    question: 부트스트랩이 뭐야?
    references: [복원 추출]
    wrong: [한 번 뽑기, 섞기]
    answers:
      right: [복원 추출!]
      perhaps: [글쎄]
      terse: []
- id: Not a slug
  en:
    question: ''
    references: [one, two]
    wrong: [three, four]
"""


def written(folder: Path, text: str, name: str = "unseen.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_questions_become_a_pack_and_answers_its_rows(tmp_path: Path) -> None:
    written(tmp_path, BOOTSTRAP)
    unseen = read_unseen(tmp_path)
    assert unseen is not None
    topic = unseen.pack.topic("bootstrap")
    (point,) = topic.points
    assert point.references["ko"] == ("다시 뽑기", "복원 추출")
    assert [wrong.answer for wrong in point.wrong["en"]] == ["a", "b"]
    assert point.name["en"] == topic.title["en"] == "What is the bootstrap?"
    labels = [(row.locale, row.covered, row.partial, row.wrong, row.kind) for row in unseen.rows]
    assert labels == [
        ("ko", ("point",), (), (), "right"),
        ("ko", (), (), ("point",), "near_miss"),
        ("en", (), ("point",), (), "partial"),
        ("en", (), (), (), "off_topic"),
    ]
    assert {row.family for row in unseen.rows} == {"bootstrap"}
    assert unseen.rows[0].place == "unseen.yaml:8"


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_question_set("unseen", [written(tmp_path, FAULTY)])
    told = str(caught.value)
    for fault in (
        "unseen.yaml:5: 0.ko.references: at least 2 items are needed, not 1",
        "unseen.yaml:8: 0.ko.answers.right.0: is one of the references, or stands here twice",
        "unseen.yaml:9: 0.ko.answers.perhaps: unknown field",
        "unseen.yaml:10: 0.ko.answers.terse: at least 1 items are needed, not 0",
        "unseen.yaml:2: 0: field 'en' is missing",
        "unseen.yaml:11: 1.id: 'Not a slug' is no slug",
        "unseen.yaml:13: 1.en: field 'answers' is missing",
    ):
        assert fault in told


def test_a_question_stands_in_one_file_only(tmp_path: Path) -> None:
    first = written(tmp_path, BOOTSTRAP, "a.yaml")
    second = written(tmp_path, BOOTSTRAP, "b.yaml")
    with pytest.raises(DataError, match=r"b\.yaml:2: 0: there is a question 'bootstrap' already"):
        read_question_set("further", [first, second])


def test_a_file_that_is_no_list_of_questions_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a list is needed here"):
        read_question_set("unseen", [written(tmp_path, "id: bootstrap")])


def test_a_folder_without_such_questions_has_none(tmp_path: Path) -> None:
    assert read_unseen(tmp_path) is None
    assert read_further(tmp_path) is None
    written(tmp_path, BOOTSTRAP, "further/sampling.yaml")
    further = read_further(tmp_path)
    assert further is not None
    assert [topic.id for topic in further.pack] == ["bootstrap"]


def test_questions_are_dealt_out_to_two_halves() -> None:
    calibrating = [is_calibrating(f"topic-{number}") for number in range(200)]
    assert 70 < sum(calibrating) < 130
