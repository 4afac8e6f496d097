"""The generic lines: enough of each, in every wording, and whole files of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.curated_lines import REACTIONS, load_reactions
from engine.errors import ArtifactError
from tests.support.wording import POLITE, WORDINGS, format_faults, keeps_its_style

GENERIC = load_reactions()


@pytest.mark.parametrize("wording", WORDINGS)
def test_generic_lines_are_enough_distinct_and_speakable(wording: str) -> None:
    known = {"several": {"points"}, "hedged": {"hedge"}}
    known["fallback_question"] = {"question"}
    faults, seen = [], set()
    for key, lines in GENERIC[wording].items():
        if len(lines) < 6:
            faults.append(f"{key}: only {len(lines)} lines")
        for line in lines:
            plain = line
            for name in known.get(key, ()):
                plain = plain.replace(f"{{{name}}}", "x")
            faults += [f"{key}: {fault}: {line}" for fault in format_faults(plain)]
            if not keeps_its_style(wording, line):
                faults.append(f"{key}: mixes styles: {line}")
            if line in seen:
                faults.append(f"{key}: stands twice: {line}")
            if len(line) > 80:
                faults.append(f"{key}: too long: {line}")
            seen.add(line)
    frames = GENERIC[wording]["fallback_question"]
    faults += [f"asks nothing: {line}" for line in frames if "{question}" not in line]
    assert faults == []
    assert GENERIC[wording].keys() == REACTIONS


def test_no_korean_particle_depends_on_what_fills_a_placeholder() -> None:
    lines = [line for lines in GENERIC["ko"].values() for line in lines]
    assert [line for line in lines if re.search(r"\{(points|hedge)\}”?[가-힣]", line)] == []


def test_every_wording_has_lines_for_every_reaction() -> None:
    assert set(GENERIC) == set(WORDINGS)


def test_a_line_in_another_style_stands_where_the_usual_one_does() -> None:
    """Whoever changes the style in the middle of an interview hears no line again."""
    counts = [{key: len(lines) for key, lines in GENERIC[w].items()} for w in ("ko", POLITE)]
    assert counts[0] == counts[1]


def test_reactions_that_lack_a_key_are_refused(tmp_path: Path) -> None:
    (tmp_path / "en.yaml").write_text("reactions:\n  covered: [Yes.]\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"en\.yaml: no lines for begin, closing, dont_know"):
        load_reactions(tmp_path)


@pytest.mark.parametrize(
    "content",
    ["", "- Yes.\n", "reactions: Yes.\n", "reactions:\n  covered: Yes.\n", "a: [\n", "\x00"],
)
def test_reactions_that_cannot_be_read_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "en.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"en\.yaml"):
        load_reactions(tmp_path)


def test_a_folder_without_reactions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="holds no curated lines"):
        load_reactions(tmp_path)
