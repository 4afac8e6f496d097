"""Reading packs: a valid one becomes values, a broken one a list of all its faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import PackError
from engine.pack_reader import find_packs, read_pack
from engine.questions import TopicKind
from engine.yaml_nodes import MAX_FILE_BYTES, MAX_TEXT_CHARACTERS
from tests.support.packs import line_of, read_small_pack, small_pack, write_pack

Files = dict[str, Any]
Spoil = Callable[[Files], None]
APPLES = "topics/apples.yaml"


def faults_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(PackError) as caught:
        read_pack(folder)
    return caught.value.faults


def spoiled(folder: Path, *spoils: Spoil) -> tuple[str, ...]:
    files = small_pack()
    for spoil in spoils:
        spoil(files)
    return faults_of(write_pack(folder / "fruit", files))


def test_a_valid_pack_becomes_values(tmp_path: Path) -> None:
    pack = read_small_pack(tmp_path)
    assert (pack.id, pack.version, pack.locales, pack.start) == (
        "fruit",
        "1.0.0",
        ("ko", "en"),
        "hello",
    )
    apples = pack.topic("apples")
    assert apples.kind is TopicKind.QUESTION
    assert apples.next == ("pears",)
    assert apples.point_ids == ("colour", "taste")
    assert apples.hints["ko"] == ("hint apples ko 0", "hint apples ko 1", "hint apples ko 2")
    colour = apples.point("colour")
    assert len(colour.references["en"]) == 5
    assert [answer.nudge for answer in colour.wrong["en"]] == ["nudge colour en?", None, None]
    assert pack.topic("rest").points == ()
    assert pack.terms[0].spoils == {"plums"}
    assert [topic.id for topic in pack].index("pears") == 2
    with pytest.raises(KeyError):
        pack.topic("grapes")


def test_the_digest_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    one = read_small_pack(tmp_path / "one")
    assert read_small_pack(tmp_path / "two").digest == one.digest
    files = small_pack()
    files[APPLES]["title"]["en"] = "Apples"
    assert read_pack(write_pack(tmp_path / "three" / "fruit", files)).digest != one.digest


def test_a_pack_needs_no_glossary(tmp_path: Path) -> None:
    files = small_pack()
    del files["glossary.yaml"]
    assert read_pack(write_pack(tmp_path / "fruit", files)).terms == ()


def test_texts_are_normalised_and_trimmed(tmp_path: Path) -> None:
    files = small_pack()
    files[APPLES]["title"]["ko"] = "  \u1109\u1161\u1100\u116a "
    assert read_pack(write_pack(tmp_path / "fruit", files)).topic("apples").title["ko"] == "사과"


def test_packs_are_found_by_folder(tmp_path: Path) -> None:
    write_pack(tmp_path / "fruit", small_pack())
    (tmp_path / "notes").mkdir()
    assert find_packs(tmp_path) == {"fruit": tmp_path / "fruit"}
    assert find_packs(tmp_path / "nowhere") == {}


def test_all_faults_of_all_files_are_listed_at_once_with_file_line_and_field(
    tmp_path: Path,
) -> None:
    def spoil(files: Files) -> None:
        files["pack.yaml"]["version"] = "one"
        del files[APPLES]["title"]["en"]
        files[APPLES]["hints"]["ko"].pop()
        files["topics/pears.yaml"]["sauce"] = "no"
        files["topics/pears.yaml"]["points"][0]["references"]["en"].pop()
        files["glossary.yaml"]["terms"][0]["spoils"] = ["grapes"]

    faults = spoiled(tmp_path, spoil)
    folder = tmp_path / "fruit"
    apples, pears = folder / APPLES, folder / "topics/pears.yaml"
    assert faults == (
        f"{APPLES}:{line_of(apples, 'title:') + 1}: title: field 'en' is missing",
        f"{APPLES}:{line_of(apples, 'hint apples ko 0')}: hints.ko: "
        "exactly 3 items are needed, not 2",
        f"topics/pears.yaml:{line_of(pears, 'sauce')}: sauce: unknown field; "
        "did you mean 'source'?",
        f"topics/pears.yaml:{line_of(pears, 'right shape en 0')}: points.0.references.en: "
        "at least 5 items are needed, not 4",
        "pack.yaml:2: version: 'one' is no version of the form 1.2.3",
        f"glossary.yaml:{line_of(folder / 'glossary.yaml', 'grapes')}: terms.0.spoils.0: "
        "'grapes' is none of the topics listed",
    )


def put(file: str, value: object, *path: str | int) -> Spoil:
    """Return a spoiler that sets the value at a path."""

    def spoil(files: Files) -> None:
        target = files[file]
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return spoil


def both(*spoilers: Spoil) -> Spoil:
    """Return a spoiler that does what several do."""

    def spoil(files: Files) -> None:
        for each in spoilers:
            each(files)

    return spoil


def drop(file: str, *path: str | int) -> Spoil:
    """Return a spoiler that removes what is at a path."""

    def spoil(files: Files) -> None:
        target = files[file]
        for step in path[:-1]:
            target = target[step]
        del target[path[-1]]

    return spoil


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (drop(APPLES, "hints"), ": field 'hints' is missing"),
        (drop(APPLES, "points"), ": field 'points' is missing"),
        (drop(APPLES, "source"), ": field 'source' is missing"),
        (drop(APPLES, "question"), ": field 'question' is missing"),
        (drop("pack.yaml", "start"), ": field 'start' is missing"),
        (put(APPLES, [], "points"), "points: at least 1 items are needed, not 0"),
        (put(APPLES, ["one?"], "question", "ko"), "question.ko: at least 2 items are needed"),
        (
            put(APPLES, ["a", "b"], "points", 0, "wrong", "en"),
            "points.0.wrong.en: at least 3 items are needed, not 2",
        ),
        (
            put(APPLES, ["a", "b", "a"], "points", 0, "wrong", "en"),
            "points.0.wrong.en.2: the same wrong answer stands in this list twice",
        ),
        (
            put(APPLES, {"answr": "x"}, "points", 0, "wrong", "en", 0),
            "points.0.wrong.en.0.answr: unknown field; did you mean 'answer'?",
        ),
        (
            put(APPLES, ["a", "b", "c", "d", "a"], "points", 0, "references", "ko"),
            "points.0.references.ko.4: the same text stands in this list twice",
        ),
        (
            put(APPLES, "colour", "points", 1, "id"),
            "points.1: answer point 'colour' is given twice",
        ),
        (
            both(
                put(APPLES, ["hue"], "points", 0, "subject"),
                put(APPLES, ["Hue"], "points", 1, "subject"),
            ),
            "points.1.subject: 'Hue' names another point of this topic already",
        ),
        (put(APPLES, "Colour!", "points", 0, "id"), "points.0.id: 'Colour!' is no id"),
        (put(APPLES, "apple", "id"), "id: is 'apple', but the file is named apples.yaml"),
        (put(APPLES, "riddle", "kind"), "kind: 'riddle' is none of greeting, question"),
        (put(APPLES, 4, "level"), "level: a whole number from 1 to 3 is needed, not '4'"),
        (put(APPLES, "²", "level"), "level: a whole number from 1 to 3 is needed"),
        (put(APPLES, None, "title", "ko"), "title.ko: a text is needed here"),
        (put(APPLES, "  ", "title", "ko"), "title.ko: the text is empty"),
        (put(APPLES, "x\x07y", "title", "ko"), "title.ko: the text holds control characters"),
        (
            put(APPLES, "x" * (MAX_TEXT_CHARACTERS + 1), "title", "ko"),
            f"title.ko: the text is longer than {MAX_TEXT_CHARACTERS} characters",
        ),
        (put(APPLES, ["x"], "title", "ko"), "title.ko: a text is needed here"),
        (put(APPLES, "x", "title"), "title: a mapping (key: value) is needed here"),
        (put(APPLES, "x", "hints", "ko"), "hints.ko: a list is needed here"),
        (put(APPLES, "x", "title", "fr"), "title.fr: unknown field"),
        (put(APPLES, "ftp://x", "source", "url"), "source.url: 'ftp://x' is not a web address"),
        (put(APPLES, {"grapes": {}}, "leads"), "leads.grapes: unknown field"),
        (put(APPLES, {"praised": {}}, "reactions"), "reactions.praised: unknown field"),
        (put(APPLES, ["grapes"], "next"), "next: 'grapes' is none of the topics listed"),
        (put(APPLES, [], "next"), "next: only a topic of kind 'end' may have no next topic"),
        (
            put("topics/end.yaml", ["hello"], "next"),
            "next: a topic of kind 'end' has no next topic",
        ),
        (
            put("topics/pears.yaml", ["plums"], "next"),
            "topic 'rest' cannot be reached from 'hello'",
        ),
        (put("topics/bye.yaml", ["hello"], "next"), "topics: no topic of kind 'end'"),
        (put("pack.yaml", "vegetables", "id"), "id: pack 'vegetables' needs a folder of that name"),
        (put("pack.yaml", "grapes", "start"), "start: 'grapes' is none of the topics listed"),
        (put("pack.yaml", ["ko", "fr"], "locales"), "locales.1: 'fr' is none of ko, en"),
        (put("pack.yaml", [], "locales"), "locales: at least 1 items are needed, not 0"),
        (put("pack.yaml", "apples", "topics", 2), "topics.2: topic 'apples' is listed twice"),
        (put("pack.yaml", "grapes", "topics", 2), "topic 'grapes' is listed but cannot be read"),
        (drop("pack.yaml", "topics", 2), "topics/pears.yaml:1: is not listed under 'topics'"),
        (
            drop("glossary.yaml", "terms", 0, "names", "ko"),
            "terms.0.names: field 'ko' is missing",
        ),
        (put("glossary.yaml", [], "terms", 0, "names", "ko"), "terms.0.names.ko: at least 1"),
        (drop("glossary.yaml", "terms", 0, "explanation"), "terms.0: field 'explanation'"),
        (put("glossary.yaml", "x", "terms"), "terms: a list is needed here"),
        (put("glossary.yaml", 1, "therms"), "therms: unknown field; did you mean 'terms'?"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, spoil: Spoil, fault: str) -> None:
    faults = spoiled(tmp_path, spoil)
    assert any(fault in found for found in faults), faults


def drop_file(name: str) -> Spoil:
    def spoil(files: Files) -> None:
        del files[name]

    return spoil


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (put("topics/bye.yaml", "ende", "kind"), "kind: 'ende' is none of"),
        (put("topics/hello.yaml", ["aples"], "next"), "next: 'aples' is none of the topics listed"),
        (drop_file("topics/bye.yaml"), "topic 'bye' is listed but cannot be read"),
        (put(APPLES, "ende", "kind"), "kind: 'ende' is none of"),
        (drop("topics/hello.yaml", "next"), "field 'next' is missing"),
    ],
)
def test_what_only_follows_from_a_fault_is_no_fault_of_its_own(
    tmp_path: Path, spoil: Spoil, fault: str
) -> None:
    """Without a known end no topic leads to one, and nobody need be told of each."""
    first, *more = sorted(spoiled(tmp_path, spoil), key=lambda found: fault not in found)
    assert fault in first
    assert [found for found in more if "No such file" not in found] == []


def test_an_end_must_be_within_reach_of_every_topic(tmp_path: Path) -> None:
    """From 'rest' and 'grapes' one would go round for ever, though others find the end."""

    def spoil(files: Files) -> None:
        files["topics/grapes.yaml"] = {**files["topics/rest.yaml"], "id": "grapes"}
        files["topics/grapes.yaml"]["next"] = ["rest"]
        files["topics/rest.yaml"]["next"] = ["grapes"]
        files["pack.yaml"]["topics"].append("grapes")

    assert sorted(spoiled(tmp_path, spoil)) == [
        f"topics/{topic}.yaml:1: no topic of kind 'end' can be reached from '{topic}'"
        for topic in ("grapes", "rest")
    ]


def test_a_pack_must_bear_the_name_of_its_folder_however_it_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_pack(tmp_path / "fruit", small_pack())
    monkeypatch.chdir(folder)
    assert read_pack(Path()).id == "fruit"
    folder.rename(tmp_path / "vegetables")
    (fault,) = faults_of(tmp_path / "vegetables")
    assert fault == "pack.yaml:1: id: pack 'fruit' needs a folder of that name"


def test_a_term_given_twice_is_a_fault(tmp_path: Path) -> None:
    files = small_pack()
    files["glossary.yaml"]["terms"] *= 2
    (fault,) = faults_of(write_pack(tmp_path / "fruit", files))
    assert fault.endswith("terms.1: term 'peel' is given twice")


def test_a_key_given_twice_is_a_fault(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "fruit", small_pack())
    with (folder / APPLES).open("a", encoding="utf-8") as file:
        file.write("level: 2\n")
    line = len((folder / APPLES).read_text(encoding="utf-8").splitlines())
    assert faults_of(folder) == (f"{APPLES}:{line}: level: this key is given twice",)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"id: apples\ntitle: \xff\n", f"{APPLES}:2: is not UTF-8 text"),
        (b"id: [apples\n", f"{APPLES}:2: is not valid YAML"),
        (b"id: apples\n\ttitle: x\n", f"{APPLES}:2: is not valid YAML"),
        (b"id: &a [*a]\n", APPLES),
        (b"a: " + b"[" * 20_000, f"{APPLES}:1: is not valid YAML"),
        (b"", f"{APPLES}:1: is not valid YAML: the file is empty"),
        (b"id: apples\x00\n", f"{APPLES}:1: is not valid YAML"),
        (b"--- a\n--- b\n", f"{APPLES}:2: is not valid YAML"),
        (b"- apples\n", f"{APPLES}:1: a mapping (key: value) is needed here"),
        (b"? [a, b]\n: c\n", f"{APPLES}:1: a key must be a word"),
        (b"x" * (MAX_FILE_BYTES + 1), f"{APPLES}:1: is larger than {MAX_FILE_BYTES} bytes"),
    ],
)
def test_a_file_that_is_no_yaml_is_a_fault(tmp_path: Path, content: bytes, fault: str) -> None:
    folder = write_pack(tmp_path / "fruit", small_pack())
    (folder / APPLES).write_bytes(content)
    assert any(found.startswith(fault) for found in faults_of(folder)), faults_of(folder)


def test_a_folder_without_a_pack_is_one_fault(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == ("pack.yaml:1: cannot be read: No such file or directory",)


def test_ids_cannot_lead_out_of_the_pack(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("a: b\n", encoding="utf-8")
    files = small_pack()
    files["pack.yaml"]["topics"].append("../../secret")
    faults = faults_of(write_pack(tmp_path / "fruit", files))
    assert len(faults) == 1
    assert "'../../secret' is no id" in faults[0]


def test_billions_of_laughs_stay_small(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "fruit", small_pack())
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    (folder / APPLES).write_text(bomb, encoding="utf-8")
    faults = faults_of(folder)
    assert all(fault.startswith((APPLES, "pack.yaml", "topics/")) for fault in faults)
    assert len(faults) < 60
