"""What the tests that kill share: one whole run, for each file of them."""

from __future__ import annotations

import pytest

from tests.crash.scene import Scene, set_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Two polls of two feeds and the records, and what they leave."""
    return set_scene(tmp_path_factory.mktemp("crash"))
