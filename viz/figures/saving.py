"""Figures of results as PNG and SVG files.

Matplotlib's object interface without a display; the same result gives the same
bytes.  Text in SVG files stays text, set by the fonts of the reader.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from innocluster.calibration.validation.validation import Validation
from innocluster.scenarios.attribution.attribution_tables import Attribution
from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.lessons.lesson import Lesson
from innocluster.scenarios.store.files import write_aside

from ..results import Result
from ..words.texts import Texts
from .fonts import HANGUL, WEB_FAMILIES
from .panels import Drawing
from .style import figure_style

__all__ = ["SavedFigure", "drawings", "render_png", "render_svg", "save_figures"]

_FOLDER = "figures"


@dataclass(frozen=True)
class SavedFigure:
    """A figure as it was written.

    Attributes
    ----------
    name, title, caption : as in `Drawing`
    svg : the stand-alone SVG document, which escapes its own words
    paths : its files, PNG before SVG
    """

    name: str
    title: str
    caption: str
    svg: str
    paths: tuple[Path, ...]


@contextmanager
def drawings(result: Result, texts: Texts) -> Iterator[list[Drawing]]:
    """Figures of a result, valid with the settings of the context."""
    from .channel_figures import attribution_drawings
    from .comparison_figures import comparison_drawings
    from .lessons.drawings import lesson_drawings
    from .run_figures import run_drawings
    from .validation_figures import validation_drawings

    with figure_style(texts.language):
        if isinstance(result, Comparison):
            yield comparison_drawings(result, texts)
        elif isinstance(result, Attribution):
            yield attribution_drawings(result, texts)
        elif isinstance(result, Validation):
            yield validation_drawings(result, texts)
        elif isinstance(result, Lesson):
            yield lesson_drawings(result, texts)
        else:
            yield run_drawings(result, texts)


def save_figures(result: Result, folder: Path, language: str) -> list[SavedFigure]:
    """Write every figure of a result as PNG and SVG.

    Parameters
    ----------
    result : a run, a comparison, an attribution, a validation or a lesson
    folder : result folder; the files go to its folder `figures`
    language : ``"en"`` or ``"ko"``

    Returns
    -------
    list of SavedFigure
        In the order of a report.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    texts = Texts(language)
    target = folder / _FOLDER
    target.mkdir(parents=True, exist_ok=True)
    with drawings(result, texts) as made:
        return [_save(drawing, target) for drawing in made]


def _save(drawing: Drawing, folder: Path) -> SavedFigure:
    png = render_png(drawing)
    # The first drawing has found the layout; finding it takes longer than drawing.
    drawing.figure.set_layout_engine("none")
    svg = render_svg(drawing)
    paths = folder / f"{drawing.name}.png", folder / f"{drawing.name}.svg"
    for path, content in zip(paths, (png, svg.encode()), strict=True):
        write_aside(path, content)
    return SavedFigure(drawing.name, drawing.title, drawing.caption, svg, paths)


def render_png(drawing: Drawing) -> bytes:
    """A figure as PNG."""
    buffer = io.BytesIO()
    metadata = {"Title": drawing.title, "Description": drawing.caption, "Software": None}
    drawing.figure.savefig(buffer, format="png", metadata=metadata)
    return buffer.getvalue()


def render_svg(drawing: Drawing) -> str:
    """A figure as a stand-alone SVG document with title and description.

    Identifiers carry the figure's name, so that several figures fit on one page.
    """
    buffer = io.StringIO()
    drawing.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(rf"'DejaVu Sans'(, '{HANGUL}')?", WEB_FAMILIES, text)
    text = re.sub(r'\bid="', f'id="{drawing.name}-', text)
    text = re.sub(r'href="#', f'href="#{drawing.name}-', text)
    text = text.replace("url(#", f"url(#{drawing.name}-")
    words = (
        f'<title id="{drawing.name}-title">{_escaped(drawing.title)}</title>'
        f'<desc id="{drawing.name}-caption">{_escaped(drawing.caption)}</desc>'
    )
    attributes = f'<svg role="img" aria-labelledby="{drawing.name}-title {drawing.name}-caption" '
    text = text.replace("<svg ", attributes, 1)
    return re.sub(r"(<svg [^>]*>)", lambda match: match[1] + words, text, count=1)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
