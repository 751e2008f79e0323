"""Attributions in tables, figures, sentences and reports: complete, in both languages, honest."""

from __future__ import annotations

import io
import re
import warnings as python_warnings
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from invented import figure_files
from rich.cells import cell_len
from rich.console import Console

from innocluster.scenarios.arms import resolve_arm
from innocluster.scenarios.attribution.attribution_tables import (
    Attribution,
    Shares,
    outcomes_of,
    tabulate_attribution,
)
from innocluster.scenarios.runs.provenance import write_manifest
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.switches import CHANNELS
from innocluster.viz.figures.channel_figures import attribution_drawings
from innocluster.viz.figures.style import figure_style
from innocluster.viz.report.channel_report import write_attribution_report
from innocluster.viz.report.channel_tables import print_attribution
from innocluster.viz.words.channel_findings import (
    attribution_headlines,
    channel_rows,
    may_attribute,
    may_not_attribute,
    scales,
    shown_channels,
    warnings,
)
from innocluster.viz.words.texts import LANGUAGES, Texts

SCENARIO = Scenario.default()
TYPICAL = {
    "information": 1.1, "learning": 1.2, "joint": 0.13, "transfer": 0.16, "grants": 0.05,
    "ties": 0.15, "brand": 0.24, "time": -0.006,
}  # fmt: skip


def build(
    typical: dict[str, dict[str, float]],
    noise: float = 0.02,
    worlds: int = 12,
    missing: float = 0.0,
    interplay: float = 0.0,
    **meta: object,
) -> Attribution:
    """An attribution with the given parts by policy, KRW tn, the same on every outcome."""
    generator = np.random.default_rng(1)
    by_world = {}
    for world in range(worlds):
        by_policy = {}
        for policy, parts in typical.items():
            mean = np.array(list(parts.values()))[:, None] * np.ones(3)
            spread = noise * generator.standard_normal(mean.shape) * (mean != 0.0)
            share = mean + spread
            by_policy[policy] = Shares(
                channels=tuple(parts),
                share=share,
                alone=share - interplay * (mean != 0.0),
                last=share + interplay * (mean != 0.0),
                effect=share.sum(axis=0) + missing,
                unattributed=np.full(3, missing),
                untreated=np.full(3, 390.0),
            )
        by_world[world] = by_policy
    meta = {
        "scenario": SCENARIO.name, "version": "0.1.0", "baseline": "P0", "worlds": worlds,
        "failures": 0, "seed": 2005, "method": "orders", "orders": 2, "confidence": 0.95,
        "command": "innocluster explore P5", "region": "seven-complexes", "macro": "history",
        "exports": "corrected", "first": "2003-01", "last": "2013-12",
        "indicator": "revenue_2013", "parameters": {}, "seconds": 1.0,
        "under": "point", "draws": None, "drawn": [], **meta,
    }  # fmt: skip
    arms = {policy: resolve_arm(policy, SCENARIO) for policy in typical}
    return tabulate_attribution(arms, by_world, outcomes_of(2013).values(), meta)


@pytest.fixture(scope="module")
def result() -> Attribution:
    """Two policies; the second does not touch brands and takes no grants."""
    random = {**TYPICAL, "information": 2.2, "brand": 0.0, "grants": 0.0}
    return build({"P5": TYPICAL, "P2": random})


def printed(result: Attribution, language: str, width: int) -> str:
    stream = io.StringIO()
    print_attribution(result, language, Console(file=stream, width=width))
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_fits_and_cuts_nothing(result: Attribution, language: str, width: int) -> None:
    large = build({p: {k: 3.0 * v for k, v in TYPICAL.items()} for p in ("P5", "P2")}, noise=1.5)
    for shown in (result, large):
        text = printed(shown, language, width)
        assert max(cell_len(line) for line in text.splitlines()) <= width
        assert "…" not in text
        for channel in TYPICAL:
            first = Texts(language)(f"channel.{channel}").split()[0]
            assert first in text


def test_every_channel_stands_in_every_language() -> None:
    for language in LANGUAGES:
        texts = Texts(language)
        for channel in CHANNELS:
            assert texts(f"channel.{channel}")
            assert texts(f"channel_text.{channel}")
        for indicator in outcomes_of(2013).values():
            assert indicator.name.startswith(("revenue", "cohort_revenue")) or texts(
                f"indicator.{indicator.name}"
            )


def test_parts_add_up_and_the_largest_comes_first(result: Attribution) -> None:
    assert shown_channels(result)[:3] == ["information", "learning", "brand"]
    rows = channel_rows(result, "P5", Texts("en"))
    effect = result.effects.query("policy == 'P5' and outcome == 'revenue_2013'").iloc[0]
    total = sum(float(row.mean.replace(",", "").replace("−", "-")) for row in rows.values())
    assert total == pytest.approx(1e3 * effect["mean"], abs=2.0)
    percent = sum(float(row.percent.rstrip("%").replace("−", "-")) for row in rows.values())
    assert percent == pytest.approx(100.0, abs=1.0)


def test_a_channel_that_does_nothing_is_exactly_zero(result: Attribution) -> None:
    rows = channel_rows(result, "P2", Texts("en"))
    assert rows["brand"].nothing
    assert rows["grants"].nothing
    assert not rows["information"].nothing
    said = " ".join(may_attribute(result, Texts("en")))
    assert "Random matching does not act through" in said
    assert "R&D paid by grants" in said
    assert "Thematic mini-clusters does not act" not in said


def test_unidentified_parameters_are_named_with_their_prior(result: Attribution) -> None:
    said = " ".join(may_not_attribute(result, Texts("en")))
    for symbol in ("z_M", "z_J", "z_T", "μ_m"):
        assert f"({symbol})" in said
    # The prior of z_J, 0.02 to 0.07, as multiples of 0.04.
    assert re.search(
        r"\(z_J\), which stands at 0\.04 and could as well be 0\.5\d? to 1\.\d+ times", said
    )
    assert "(π_B)" not in said
    changed = build({"P5": TYPICAL}, parameters={"joint_gain": 0.03, "information_gain": 0.0})
    said = " ".join(may_not_attribute(changed, Texts("en")))
    assert "(z_J), which stands at 0.03 and could as well be 0.67 to 2.3 times" in said
    assert "(z_M), which stands at 0." in said
    assert [row[2] for row in scales(changed, Texts("en")) if "joint_gain" in row[1]] == ["0.03"]


def test_drawn_parameters_are_said_to_be_drawn(tmp_path: Path) -> None:
    drawn = build({"P5": TYPICAL}, under="prior", drawn=["joint_gain"])
    said = " ".join(may_not_attribute(drawn, Texts("en")))
    assert "(z_J), drawn in every world from 0.02 to 0.07" in said
    assert "(z_M), which stands at 0.12" in said
    assert Texts("en")("not.parameters_prior") in said
    assert [row[2] for row in scales(drawn, Texts("en")) if "joint_gain" in row[1]] == ["drawn"]
    for language in LANGUAGES:
        texts = Texts(language)
        page = Page(write_attribution_report(drawn, tmp_path, language).read_text("utf-8"))
        assert texts("attribution.how.interval_drawn", confidence=95) in page.text
        assert texts("meta.under.prior") in page.text


def test_an_effect_that_cannot_be_told_has_no_percentages() -> None:
    open_ = build({"P5": TYPICAL}, noise=5.0)
    texts = Texts("en")
    assert "cannot be told apart from zero" in attribution_headlines(open_, texts)[0]
    assert not any(row.percent for row in channel_rows(open_, "P5", texts).values())
    assert may_attribute(open_, texts) == [texts("attribution.may_nothing")]
    assert "is not proof of zero" in " ".join(may_not_attribute(open_, texts))


def test_no_money_no_effect() -> None:
    nothing = build({"P5": dict.fromkeys(TYPICAL, 0.0)})
    for language in LANGUAGES:
        texts = Texts(language)
        assert attribution_headlines(nothing, texts)[0].startswith(
            "Thematic" if language == "en" else "주제별"
        )
        assert printed(nothing, language, 80)
        with figure_style(language):
            assert len(attribution_drawings(nothing, texts)) == 2


def test_channels_that_strengthen_one_another_are_said_to() -> None:
    texts = Texts("en")
    together = build({"P5": TYPICAL}, interplay=0.2)
    assert "do more when the others are open" in " ".join(may_attribute(together, texts))
    assert set(together.shares["together"]) == {"complement"}
    apart = build({"P5": TYPICAL}, interplay=-0.2)
    assert "do less when the others are open" in " ".join(may_attribute(apart, texts))
    assert set(apart.shares["together"]) == {"substitute"}


def test_what_is_missing_is_a_warning(result: Attribution) -> None:
    texts = Texts("en")
    assert warnings(result, texts) == []
    leaking = build({"P5": TYPICAL}, missing=0.3, worlds=4, failures=2)
    assert leaking.meta["residual"] < 1e-12
    said = " ".join(warnings(leaking, texts))
    assert "acts in a way that this list of channels does not know" in said
    assert "KRW 300 bn" in said
    assert "Only 4 worlds" in said
    assert "2 runs failed" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_without_warnings(
    result: Attribution, tmp_path: Path, language: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("error")
        paths = figure_files(result, tmp_path, language)
    names = [f"{name}.{kind}" for name in ("channels", "ends") for kind in ("png", "svg")]
    assert [path.name for path in paths] == names
    assert capfd.readouterr() == ("", "")
    svg = (tmp_path / "figures" / "channels.svg").read_text(encoding="utf-8")
    for channel in ("information", "ties", "time"):
        assert Texts(language)(f"channel.{channel}").replace("&", "&amp;") in svg


def test_bars_of_the_waterfall_end_where_the_next_begins(result: Attribution) -> None:
    texts = Texts("en")
    with figure_style("en"):
        figure = attribution_drawings(result, texts)[0].figure
        for axes, policy in zip(figure.axes, ("P5", "P2"), strict=True):
            bars = [patch for patch in axes.patches if hasattr(patch, "get_width")]
            *parts, whole = bars
            reached = 0.0
            for bar in parts:
                assert bar.get_x() == pytest.approx(reached, abs=1e-9)
                reached += bar.get_width()
            assert whole.get_x() == 0.0
            assert whole.get_width() == pytest.approx(reached, abs=1e-9)
            row = result.effects.query(f"policy == '{policy}' and outcome == 'revenue_2013'")
            assert whole.get_width() == pytest.approx(1e3 * row["mean"].item())


class Page(HTMLParser):
    """Tags, attributes and words; tags must close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(re.sub(r'<span class="whole">(.*?)</span>', r"\1", text))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "hr", "img", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_without_network_or_scripts(
    result: Attribution, tmp_path: Path, language: str
) -> None:
    write_manifest(tmp_path, SCENARIO, result.meta)
    path = write_attribution_report(result, tmp_path, language)
    assert path == tmp_path / "channels.html"
    page = Page(path.read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert tags.count("svg") == 2
    identifiers = [values["id"] for _, values in page.tags if "id" in values]
    assert len(identifiers) == len(set(identifiers))
    links = [
        value
        for _, values in page.tags
        for name, value in values.items()
        if name in ("src", "href", "xlink:href") and value
    ]
    assert {link[1:] for link in links if not link.startswith("data:")} <= set(identifiers)
    texts = Texts(language)
    for sentence in may_not_attribute(result, texts):
        assert " ".join(sentence.split()) in page.text
    for key in TYPICAL:
        assert texts(f"channel_text.{key}") in page.text


def test_what_users_write_is_escaped(tmp_path: Path) -> None:
    hostile = build({"P5": TYPICAL}, command="innocluster explore --out '<script>x</script>'")
    raw = write_attribution_report(hostile, tmp_path, "en").read_text(encoding="utf-8")
    assert "<script" not in raw
    assert "&lt;script&gt;" in raw
