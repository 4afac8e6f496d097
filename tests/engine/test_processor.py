"""Whether int8 is of use is read from what Linux says of the processor."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.processor import adds_products_of_int8

OLD = "processor\t: 0\nflags\t\t: fpu sse2 avx2 avx512f avx512bw\nbogomips\t: 4200.00\n"


@pytest.mark.parametrize("flag", ["avx512_vnni", "avx_vnni"])
def test_either_kind_of_instructions_will_do(flag: str, tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(OLD.replace("avx2", f"avx2 {flag}"))
    assert adds_products_of_int8(file)


@pytest.mark.parametrize("text", [OLD, "Features\t: fp asimd asimddp\n", ""])
def test_another_processor_is_not_trusted(text: str, tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(text)
    assert not adds_products_of_int8(file)


def test_an_unknown_one_is_not_trusted(tmp_path: Path) -> None:
    assert not adds_products_of_int8(tmp_path / "none")
