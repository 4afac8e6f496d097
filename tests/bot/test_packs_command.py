"""``python -m bot packs``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Done, one_clear_line, run
from tests.support.packs import SHIPPED, line_of, small_pack, write_pack

PACK_FAULTS = 3


def validate(folder: Path, path: Path) -> Done:
    return run(folder, "packs", "validate", path)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "packs" / "fruit", small_pack())


def test_every_fault_is_listed_with_file_line_and_field(tmp_path: Path, pack: Path) -> None:
    apples, pears = (pack / "topics" / f"{name}.yaml" for name in ("apples", "pears"))
    apples.write_text(apples.read_text().replace("level: 1", "level: high"))
    pears.write_text(pears.read_text().replace("kind: question", "kind: guess"))
    done = validate(tmp_path, pack)
    assert (done.code, done.out) == (PACK_FAULTS, "")
    *faults, last = done.err.splitlines()
    assert last == "2 fault(s)"
    (level,) = (fault for fault in faults if "apples" in fault)
    (kind,) = (fault for fault in faults if "pears" in fault)
    assert level.startswith(f"{apples}:{line_of(apples, 'level: high')}: level: ")
    assert kind.startswith(f"{pears}:{line_of(pears, 'kind: guess')}: kind: ")
    assert "'guess'" in kind


def test_the_faults_of_all_packs_are_counted_together(tmp_path: Path, pack: Path) -> None:
    files = small_pack()
    files["pack.yaml"]["version"] = "new"
    write_pack(pack.parent / "salad", files)
    pears = pack / "topics" / "pears.yaml"
    pears.unlink()
    done = validate(tmp_path, pack.parent)
    assert done.code == PACK_FAULTS
    assert f"{pack.parent / 'salad'}/pack.yaml:" in done.err
    assert "pears" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("given", [".", "pack.yaml", ".."])
def test_a_valid_pack_is_found_by_its_folder_its_file_or_the_folder_above(
    tmp_path: Path, pack: Path, given: str
) -> None:
    done = validate(tmp_path, pack / given)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("fruit 1.0.0 is valid: 7 topics\n")


def test_a_folder_without_a_pack_is_no_success(tmp_path: Path) -> None:
    done = validate(tmp_path, tmp_path / "nowhere")
    assert one_clear_line(done)
    assert done.code == PACK_FAULTS
    assert "pack.yaml" in done.err


def test_the_shipped_packs_are_valid_and_listed(tmp_path: Path) -> None:
    assert validate(tmp_path, SHIPPED).code == 0
    done = run(tmp_path, "packs", "list")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("ml-core ")
    assert "ko, en" in done.out


def test_a_list_of_no_packs_is_no_success(tmp_path: Path) -> None:
    done = run(tmp_path, "packs", "list", changes={"AURORA_PACKS": str(tmp_path)})
    assert one_clear_line(done)
    assert done.code == PACK_FAULTS
    assert str(tmp_path) in done.err
