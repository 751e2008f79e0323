"""Entry point of the command line: ``innocluster`` and ``python -m innocluster``."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    # Before NumPy is loaded: its linear algebra would start a thread for every core, in every
    # worker, for vectors of seven numbers, and round by the number of cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from innocluster.commands.command_line import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
