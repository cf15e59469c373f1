"""The content whose targets and patterns are tried."""

from __future__ import annotations

import pytest

from ccepz_sim.content.loading import Content, load_content


@pytest.fixture(scope="session")
def content() -> Content:
    """The project's own content."""
    return load_content()
