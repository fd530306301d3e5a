"""The user guide names every route of the service."""

import re

import pytest

from serving.service import present_description
from tests.support.repository import USER_GUIDE

ROUTES = [
    (method.upper(), path)
    for path, operations in present_description()["paths"].items()
    for method in operations
    if method in {"delete", "get", "patch", "post", "put"}
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_is_documented(method: str, path: str) -> None:
    assert f"`{method} {path}`" in USER_GUIDE.read_text("utf-8")


def test_every_documented_route_exists() -> None:
    documented = re.findall(r"`(GET|POST) (/[^`]*)`", USER_GUIDE.read_text("utf-8"))
    assert [route for route in documented if route not in ROUTES] == []
