"""An engine worker that tells about its health and answers no turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from engine.contract import Answer, Call


@contextmanager
def silent_engine() -> Iterator[str]:
    """Run one in a thread and give its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="silent engine")
    thread.start()
    try:
        made = asyncio.run_coroutine_threadsafe(_start(), loop).result()
        yield f"tcp://127.0.0.1:{made.sockets[0].getsockname()[1]}"
        asyncio.run_coroutine_threadsafe(_stop(made), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start() -> asyncio.Server:
    return await asyncio.start_server(_answer, "127.0.0.1", 0)


async def _stop(server: asyncio.Server) -> None:
    server.close()
    current = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not current]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            call = Call.from_line(line)
            if call.method == "health":
                writer.write(Answer(call.id).to_line())
    finally:
        writer.close()
