"""Pictures of the page: every number stands where it belongs, and no text runs as code."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from innocluster.viz.page.drawing import Line, Place, Point, effect_chart, korea, line_chart

YEARS = [2003, 2004, 2005]
SVG = "{http://www.w3.org/2000/svg}"


def line(label: str, values: list[float], half: float = 0.0, colour: str = "#0072B2") -> Line:
    return Line(label, values, [v - half for v in values], [v + half for v in values], colour)


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](\S+) ([\d.]+)", path)]


def test_lines_stand_at_their_years_and_values() -> None:
    picture = ElementTree.fromstring(
        line_chart("Revenue", YEARS, [line("with", [100.0, 150.0, 200.0])], [], "KRW tn")
    )
    path = next(p for p in picture.iter(f"{SVG}path") if p.get("fill") == "none")
    places = corners(str(path.get("d")))
    assert [x for x, _ in places] == pytest.approx([56.0, 273.0, 490.0])
    # The axis runs from 0 to 200 over 246 points that end 28 above the lower edge.
    assert [y for _, y in places] == pytest.approx([149.0, 87.5, 26.0])


def test_a_band_holds_its_line() -> None:
    picture = ElementTree.fromstring(
        effect_chart("Difference", YEARS, line("difference", [0.0, 1.0, -1.0], 2.0), "KRW bn")
    )
    band = next(picture.iter(f"{SVG}polygon"))
    ys = [float(c.split(",")[1]) for c in str(band.get("points")).split()]
    path = next(p for p in picture.iter(f"{SVG}path"))
    for k, (_, y) in enumerate(corners(str(path.get("d")))):
        assert ys[k] < y < ys[5 - k]


def test_a_reader_who_does_not_see_it_is_told_the_numbers() -> None:
    picture = ElementTree.fromstring(
        line_chart("Revenue", YEARS, [line("with", [1.0, 2.0, 2.5])], [], "KRW tn")
    )
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "Revenue. with: 2.50 KRW tn (2005)"


def test_labels_do_not_overlap() -> None:
    lines = [line(str(n), [1.0, 1.0, 1.0 + n / 1000.0]) for n in range(4)]
    picture = ElementTree.fromstring(line_chart("t", YEARS, lines, [], "u"))
    ys = sorted(
        float(str(text.get("y")))
        for text in picture.iter(f"{SVG}text")
        if text.get("font-weight") == "600"
    )
    assert min(b - a for a, b in pairwise(ys)) >= 14.9


def test_names_are_never_read_as_marks() -> None:
    evil = '<script>alert("x")</script>'
    place = Place("a", evil, 127.0, 37.0, 1.0, "#0072B2", evil, True)
    point = Point(2004, 1.5, 0.1, True, evil)
    for text in (
        korea(evil, [place]),
        line_chart(evil, YEARS, [line(evil, [1.0, 2.0, 3.0])], [point], evil),
    ):
        assert "<script" not in text
        ElementTree.fromstring(text)


def test_an_observation_is_a_dot_and_a_goal_is_not() -> None:
    points = [Point(2004, 1.0, 0.5, False, "happened"), Point(2005, 2.0, 0.0, True, "goal")]
    text = line_chart("t", YEARS, [line("a", [1.0, 1.0, 1.0])], points, "u")
    picture = ElementTree.fromstring(text)
    assert len(list(picture.iter(f"{SVG}circle"))) == 1
    told = [title.text for title in picture.iter(f"{SVG}title")]
    assert told == ["t", "happened", "goal"]


def test_a_place_of_four_times_the_size_has_four_times_the_area() -> None:
    places = [
        Place(key, key, 127.0 + n, 36.0, size, "#000", key, False)
        for n, (key, size) in enumerate({"a": 400.0, "b": 100.0}.items())
    ]
    picture = ElementTree.fromstring(korea("map", places))
    radii = [float(str(circle.get("r"))) for circle in picture.iter(f"{SVG}circle")]
    assert radii[0] == pytest.approx(2.0 * radii[1])


def test_a_long_name_takes_two_lines_and_none_is_cut() -> None:
    text = line_chart("t", YEARS, [line("Thematic mini-clusters", [1.0, 2.0, 3.0])], [], "u")
    labels = [
        label.text
        for label in ElementTree.fromstring(text).iter(f"{SVG}text")
        if label.get("font-weight") == "600"
    ]
    assert labels == ["Thematic mini-", "clusters"]
