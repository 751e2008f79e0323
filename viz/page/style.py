"""The look of the page, and of its frozen copy."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
.page { max-width: 1240px; margin: 0 auto; padding: 12px; color: #222; font-size: 16px;
  word-break: keep-all; overflow-wrap: break-word; }
.page h1 { font-size: 1.35rem; margin: 4px 0; line-height: 1.3; }
.page h2 { font-size: 1.1rem; margin: 10px 0 4px; }
.page .subject { color: #555; margin: 0 0 8px; }
.page .views { flex-wrap: wrap; }
.page .v-btn { text-transform: none; letter-spacing: normal; margin-block: 3px; }
.page .sentence { font-size: 1.15rem; line-height: 1.5; background: #f4f7fa; border-left: 5px solid
  #0072B2; padding: 10px 14px; margin: 8px 0; }
.page .sentence.waiting, .page .sentence.stored { border-left-style: dashed; }
.page .sentence.waiting { background: #fff8ec; }
.page .wrong { border-left: 5px solid #D55E00; padding: 8px 14px; background: #fdf3ee; }
.page .state { color: #555; min-height: 1.5em; margin: 2px 0; }
.page .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr));
  gap: 14px; align-items: start; }
.page .map { max-width: 440px; }
.page .cards { display: grid; gap: 10px; margin-top: 10px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr)); }
.page .card { border: 1px solid #ddd; border-top: 4px solid #b9b5a9; padding: 8px 12px; }
.page .card.higher { border-top-color: #0072B2; }
.page .card.lower { border-top-color: #D55E00; }
.page .card h3 { font-size: 1rem; margin: 0; }
.page .card p, .page .card ul { margin: 3px 0; }
.page .card ul { padding-left: 18px; color: #555; }
.page .big { font-size: 1.4rem; font-weight: 600; }
.page .table { overflow-x: auto; }
.page table { border-collapse: collapse; width: 100%; }
.page caption { text-align: left; color: #555; padding: 4px 0; }
.page td, .page th { padding: 4px 8px; border-bottom: 1px solid #e3e3e3; text-align: right;
  font-variant-numeric: tabular-nums; }
.page th:first-child, .page td:first-child { text-align: left; }
.page .text td, .page .text th { text-align: left; vertical-align: top; }
.page pre, .page code { white-space: pre-wrap; word-break: break-word; background: #f4f4f4;
  color: #222; font-size: 0.9rem; padding: 2px 4px; }
.page pre { padding: 8px 12px; }
.page summary { cursor: pointer; min-height: 28px; font-weight: 600; padding: 3px 0; }
.page .first { display: grid; gap: 18px; align-items: start;
  grid-template-columns: minmax(0, 1fr); }
@media (min-width: 900px) {
  .page .first { grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); }
}
.page .first .levers { margin: 0; grid-template-columns: minmax(0, 1fr); }
.page .first .curve { max-width: 320px; }
.page .first .choices { margin-top: 8px; }
.page .changed { margin: 0; }
.page .choices { display: grid; gap: 8px 14px; margin: 6px 0;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr)); }
.page .choice label, .page .lever label { display: block; font-weight: 600; }
.page select, .page input[type=number], .page .take button { min-height: 32px; font: inherit;
  color: #222; background: white; border: 1px solid #767676; border-radius: 3px; padding: 2px 8px;
  max-width: 100%; }
.page select { width: 100%; appearance: auto; }
.page .take button { cursor: pointer; }
.page .take { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; align-items: center; }
.page .levers { display: grid; gap: 8px 22px; margin: 10px 0;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); align-items: start; }
.page .lever .both { display: flex; gap: 10px; align-items: center; min-height: 32px; }
.page .lever input[type=range] { flex: 1; min-width: 0; height: 28px; accent-color: #0072B2; }
.page .lever input[type=number] { width: 6.5em; }
.page .lever summary { font-weight: 400; color: #555; font-size: 0.9rem; min-height: 24px; }
.page .lever details p { color: #555; font-size: 0.9rem; margin: 0; overflow-wrap: anywhere; }
.page .preview { margin: 0; background: #fff8ec; border-left: 5px dashed #0072B2;
  padding: 8px 12px; min-height: 3em; }
.page .curve { max-width: 420px; }
.page :focus-visible { outline: 3px solid #D55E00; outline-offset: 2px; }
@media print {
  .page .views, .page .controls, .page .take, .page .levers, .page .no-print { display: none; }
  .page { max-width: none; font-size: 11px; padding: 0; }
  .page .two { grid-template-columns: 1fr 1fr; }
  .page .cards { grid-template-columns: repeat(4, 1fr); }
  @page { size: A4; margin: 14mm; }
}
"""
