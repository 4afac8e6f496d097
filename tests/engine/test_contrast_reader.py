"""Contrasts are read where they are wanted, and every fault names file, line and field."""

from pathlib import Path

import pytest

from engine.errors import PackError
from engine.pack_reader import read_pack
from engine.questions import Contrast
from tests.support.packs import small_pack, write_pack

WRITTEN = """\
topic: apples
points:
  {point}:
    ko:
      - reference: {ko}
        rewordings: [가나, 다라]
        distortions: [마바, 사아, 자차]
    en:
      - reference: {en}
        rewordings: [one, two]
        distortions: [three, four, five]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "fruit", small_pack())


def write(folder: Path, text: str) -> None:
    (folder / "contrasts").mkdir(exist_ok=True)
    (folder / "contrasts" / "apples.yaml").write_text(text, encoding="utf-8")


def fitting(folder: Path) -> str:
    point = read_pack(folder).topic("apples").points[0]
    return WRITTEN.format(
        point=point.id, ko=point.references["ko"][0], en=point.references["en"][0]
    )


def test_contrasts_stand_at_their_point(folder: Path) -> None:
    write(folder, fitting(folder))
    point = read_pack(folder, contrasts=True).topic("apples").points[0]
    assert point.contrasts["en"] == (
        Contrast(point.references["en"][0], ("one", "two"), ("three", "four", "five")),
    )


def test_serving_does_without_them(folder: Path) -> None:
    write(folder, "no mapping at all")
    assert read_pack(folder).topic("apples").points[0].contrasts == {}


def test_a_pack_need_not_have_any(folder: Path) -> None:
    assert read_pack(folder, contrasts=True).topic("apples").points[0].contrasts == {}


@pytest.mark.parametrize(
    ("found", "instead", "fault"),
    [
        ("topic: apples", "topic: pears", "topic: the file is named apples.yaml"),
        ("rewordings: [one, two]", "rewordings: [one]", "rewordings"),
        ("distortions: [three, four, five]", "distortions: [three]", "distortions"),
        ("    en:", "    fr:", "fr"),
    ],
)
def test_faults_name_file_line_and_field(
    folder: Path, found: str, instead: str, fault: str
) -> None:
    write(folder, fitting(folder).replace(found, instead))
    with pytest.raises(PackError) as caught:
        read_pack(folder, contrasts=True)
    assert all("contrasts/apples.yaml:" in str(line) for line in caught.value.faults)
    assert any(fault in str(line) for line in caught.value.faults)


def test_a_reference_that_the_point_does_not_have_is_named(folder: Path) -> None:
    text = fitting(folder)
    reference = read_pack(folder).topic("apples").points[0].references["en"][0]
    write(folder, text.replace(f"reference: {reference}", "reference: something else"))
    with pytest.raises(PackError, match="none of the point's references"):
        read_pack(folder, contrasts=True)
