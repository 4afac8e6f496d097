"""Fresh processes within milliseconds, for tests that start and kill many.

They are forked from a server that has imported everything. There is one server for all tests, so
what it imports is listed here.
"""

from __future__ import annotations

import multiprocessing

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        *("pytest", "bot.chat", "tests.support.chat_child", "tests.support.crash_child"),
        "tests.support.telegram_child",
    ]
)
