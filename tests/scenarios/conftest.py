"""Short comparisons for the tests of the runner: three years, few worlds, few firms."""

from __future__ import annotations

import pytest

from innocluster.scenarios.schema import Scenario
from tests.helpers.small_scenario import small_scenario


@pytest.fixture(scope="session")
def short() -> Scenario:
    """The default scenario to the end of the programme's first year."""
    return Scenario.default().replaced(last="2005-12")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The default scenario to the end of 2005 in a region of a sixteenth of the firms."""
    return small_scenario(tmp_path_factory.mktemp("small") / "region")
