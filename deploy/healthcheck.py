"""Exits with 0 where ``/healthz`` says that all is well; the bot's own settings lead to it."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

SECONDS = 8


def main() -> int:
    """Ask, and print what is wrong."""
    port = os.environ.get("AURORA_MONITOR_PORT") or "9464"
    host = os.environ.get("AURORA_MONITOR_HOST") or "127.0.0.1"
    if port == "off":  # nobody to ask; the process itself is still there
        return 0
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"
    try:
        # What answers here is the bot itself: no proxy knows the way.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=SECONDS):
            return 0
    except urllib.error.HTTPError as error:
        said = error.read().decode("utf-8", "replace")
    except OSError as error:
        said = str(error)
    sys.stderr.write(f"{address}: {said}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
