"""The bot, and an engine without models, never load the heavy libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "transformers", "sentence_transformers", "numpy")
PROBE = """
import importlib, json, pkgutil, sys
from pathlib import Path
import bot
found = [m.name for m in pkgutil.walk_packages(bot.__path__, "bot.")]
for name in found:
    importlib.import_module(name)
import engine.__main__
from engine.loading import EngineSettings, load_engine
load_engine(EngineSettings(fake=True))
json.dump({"bot": found, "loaded": sorted(sys.modules)}, sys.stdout)
"""


def test_no_module_of_the_bot_nor_a_fake_engine_brings_in_a_heavy_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert {"bot.engine_client", "bot.engine_process", "bot.storage.store"} <= set(seen["bot"])
    assert not set(HEAVY) & set(seen["loaded"])
