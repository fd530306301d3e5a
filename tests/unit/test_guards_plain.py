"""Requests that contradict themselves, and answers in a form that nobody takes: refused at once."""

from dataclasses import replace

import pytest
from starlette.requests import Request

from serving.asking import Asking
from serving.formats import Format, accepts, wants_csv
from serving.guards.plain import Plain
from serving.service import POLICIES
from tests.support.asgi import ANN, POLICY, REQUEST, answered, echo, scope_of, status

READ = Asking("f00d", replace(POLICY, method="GET", several=frozenset({"strand"})), ANN)


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        ("", True),
        ("*/*", True),
        ("application/*", True),
        ("text/*;q=0.1", True),
        ("application/problem+json", True),
        ("text/html, application/xml;q=0.9, */*;q=0.8", True),
        ("APPLICATION/JSON; charset=utf-8", True),
        ("application/xml", False),
        ("text/html", False),
        ("application/json;q=0", False),
        ("*/*;q=0.0, image/png", False),
        ("application/json;q=0, application/problem+json;q=0, application/*", False),
        ("application/zip", False),
    ],
)
def test_an_accept_header_takes_a_form_or_none(accept: str, taken: bool) -> None:
    assert accepts(accept) is taken
    sent = answered(Plain(echo), scope_of(method="GET", headers=[(b"accept", accept.encode())]), asking=READ)
    assert status(sent) == (200 if taken else 415)
    assert accepts("application/zip", ["application/zip"])


@pytest.mark.parametrize(
    ("accept", "csv"),
    [
        ("", False),
        ("*/*", False),
        ("text/csv", True),
        ("text/*", True),
        ("text/csv, application/json", True),
        ("application/json, text/csv", False),
        ("text/csv;q=0.5, application/json", False),
        ("application/json;q=0.5, text/csv;q=0.9", True),
        ("text/html, */*;q=0.8", False),
        ("application/json;q=0, */*", True),
        ("text/csv;q=0", False),
    ],
)
def test_the_form_that_is_taken_more_gladly_is_given(accept: str, csv: bool) -> None:
    request = Request(scope_of(headers=[(b"accept", accept.encode())]))
    assert wants_csv(request, Format(format=None)) is csv
    assert wants_csv(request, Format(format="csv"))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (b"limit=1&limit=2", 422),
        (b"limit=1&li%6dit=2", 422),
        (b"strand=a&strand=b&limit=1", 200),
        (b"&&", 200),
    ],
)
def test_a_name_of_a_query_stands_there_once(query: bytes, code: int) -> None:
    assert status(answered(Plain(echo), scope_of(method="GET", query_string=query), asking=READ)) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"total_hours": 1, "total_hours": 2400}', 422),
        (b'{"cells": [{"hours": 1, "h\\u006furs": 2}]}', 422),
        (b'{"\\ud800": 1, "\\ud800": 2}', 422),
        (b'{"cells": [{"hours": 1}, {"hours": 1}], "hours": 1}', 200),
        (b'{"a": 1, "a"', 200),
        (b"[" * 100_000, 200),
        (b"\xff", 200),
    ],
)
def test_a_name_of_an_object_stands_in_it_once(body: bytes, code: int) -> None:
    sent = answered(Plain(echo), messages=[{**REQUEST, "body": body}])
    assert status(sent) == code
    if code == 200:
        assert sent[-1]["body"] == body


def test_lists_and_media_are_those_that_routes_declare() -> None:
    forecasts = POLICIES.find("GET", "/v1/forecasts")
    assert forecasts is not None
    assert forecasts.several == {"area_code", "strand", "horizon"}
    bundle = POLICIES.find("GET", "/v1/exports/x")
    assert bundle is not None
    assert "application/zip" in bundle.media


def test_outside_the_api_pages_take_what_they_like() -> None:
    scope = scope_of(path="/week", method="GET", headers=[(b"accept", b"text/html")])
    assert status(answered(Plain(echo), scope, asking=READ)) == 200
