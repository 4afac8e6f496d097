"""The packs at hand, and the one that is meant when none is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.packs import DEFAULT_PACK, PackLibrary
from tests.support.packs import small_pack, write_pack


def library(folder: Path, *names: str) -> PackLibrary:
    for name in names:
        files = small_pack()
        files["pack.yaml"]["id"] = name
        write_pack(folder / name, files)
    return PackLibrary(folder)


@pytest.mark.parametrize(
    ("at_hand", "usual"),
    [
        ((DEFAULT_PACK, "fruit"), DEFAULT_PACK),
        (("fruit",), "fruit"),
        (("fruit", "salad"), DEFAULT_PACK),
        ((), DEFAULT_PACK),
    ],
)
def test_the_only_pack_is_meant_where_none_is_named(
    tmp_path: Path, at_hand: tuple[str, ...], usual: str
) -> None:
    assert library(tmp_path, *at_hand).usual() == usual
