"""The command ``innocluster serve``: the page in the browser, from this machine alone."""

from __future__ import annotations

import os
import socket
import threading
import webbrowser
from importlib.util import find_spec
from typing import Annotated

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError
from innocluster.viz.words.messages import Messages

from .options import LANGUAGE, Language, LanguageOption

__all__ = ["serve_command"]

_NEEDED = ("solara", "ipyvuetify", "solara_assets")
_SETTINGS = {
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_VARIANT": "light",
    "SOLARA_MODE": "production",
}

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def serve_command(
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8765,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on.")
    ] = "127.0.0.1",
    browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
    lang: LanguageOption = LANGUAGE,
) -> int:
    """Open the page: set two policies side by side in the browser."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        allowed = 'the page needs more packages: pip install "innocluster[page]"'
        raise InputError(file=COMMAND_LINE, key="serve", value=missing[0], allowed=allowed)
    from innocluster.viz.page.starting import NO_COMPILER

    os.environ.update(_SETTINGS)
    os.environ[NO_COMPILER] = "1"
    os.environ["SOLARA_APP"] = "innocluster.viz.page.app"
    # On the way to this machine itself, compressing takes longer than it saves.
    os.environ["SOLARA_SERVER_HTTP_GZIP"] = str(host not in _THIS_MACHINE)
    port = _free_port(host, port)
    address = f"http://{host}:{port}/" + ("?lang=ko" if lang is Language.ko else "")
    words = Messages(lang.value)
    print(
        words("line", "innocluster is at {address}   (end with Ctrl-C)", address=address),
        flush=True,
    )
    if browser:
        threading.Timer(1.5, webbrowser.open, [address]).start()

    import uvicorn

    uvicorn.run("solara.server.starlette:app", host=host, port=port, log_level="warning")
    return 0


def _free_port(host: str, port: int) -> int:
    """The port, or a free one for 0 and where it is taken."""
    for wanted in (port, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, wanted))
            except OSError as error:
                if wanted == 0:
                    raise InputError(
                        file=COMMAND_LINE, key="--host", value=host,
                        allowed=f"an address of this machine ({error.strerror})",
                    ) from None  # fmt: skip
                continue
            return int(probe.getsockname()[1])
    return port
