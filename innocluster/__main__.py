"""Entry point of the command line: ``innocluster`` and ``python -m innocluster``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return its exit code."""
    from innocluster.viz.command_line import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
