"""The views by their names in the address, and what they add to the page's style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .life import LifeView
from .network import NetworkView
from .place import PlaceView
from .policies import PoliciesView
from .stored import StoredView
from .why import WhyView

__all__ = ["OWN_STYLE", "OWN_VIEWS"]

OWN_VIEWS: dict[str, Callable[..., Any]] = {
    "place": PlaceView,
    "network": NetworkView,
    "life": LifeView,
    "why": WhyView,
    "policies": PoliciesView,
    "stored": StoredView,
}
"""Views that ask for their own answer; each takes the view and what leads to another."""

OWN_STYLE = """
.page .network .bar { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center;
  margin: 4px 0; }
.page .network button { min-width: 36px; min-height: 32px; padding: 2px 10px; color: #222;
  border: 1px solid #767676; border-radius: 4px; background: #f4f4f4; }
.page .network button.play { background: #0072B2; color: white; min-width: 84px; }
.page .network select, .page .network .wanted { min-height: 32px; padding: 2px 6px; color: #222;
  border: 1px solid #767676; border-radius: 4px; background: white; }
.page .network .wanted { width: 130px; }
.page .network select { appearance: auto; width: auto; }
.page .network .time { width: 100%; min-height: 28px; }
.page .network input[type=checkbox] { width: 20px; height: 20px; vertical-align: middle; }
.page .network label { display: inline-flex; gap: 6px; align-items: center; min-height: 28px; }
.page .network canvas { display: block; border: 1px solid #ddd; max-width: 100%; cursor: pointer; }
.page .network canvas:focus-visible, .page .network button:focus-visible,
.page .network select:focus-visible, .page .network input:focus-visible {
  outline: 3px solid #D55E00; outline-offset: 1px; }
.page .network .now { margin: 4px 0; min-height: 3em; font-variant-numeric: tabular-nums; }
.page .network .under { margin: 2px 0; min-height: 1.5em; color: #555; }
.page .network .key span { display: inline-flex; gap: 4px; align-items: center; }
.page .pick { border: 1px solid #ccc; padding: 4px 10px; margin: 4px 0; }
.page .pick legend { font-weight: 600; }
.page .pick .box { max-height: 190px; overflow-y: auto; display: flex; flex-wrap: wrap;
  gap: 0 16px; }
.page .pick label { display: inline-flex; gap: 6px; align-items: center; min-height: 28px; }
.page .pick input { width: 20px; height: 20px; flex: none; }
.page .file { white-space: pre-wrap; background: #f4f4f4; padding: 8px; overflow-x: auto; }
.page .scroll { overflow-x: auto; }
.page .scroll svg { min-width: 560px; max-width: 860px; }
"""
