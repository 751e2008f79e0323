"""Short comparisons for the tests of the runner: three years, few worlds."""

from __future__ import annotations

import pytest

from innocluster.scenarios.schema import Scenario


@pytest.fixture(scope="session")
def short() -> Scenario:
    """The default scenario to the end of the programme's first year."""
    return Scenario.default().replaced(last="2005-12")
