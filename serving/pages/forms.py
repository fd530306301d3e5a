"""Forms: what a page sends back, taken only from a page of the same session."""

import secrets
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi import Request

from errors import AccessError, DataError
from serving.asking import present

TOKEN, KEY = "form_token", "form_key"

_LONGEST_FIELD = 10_000


class Form(Mapping[str, str]):
    """The fields of a form; one that was left out is blank.

    Args:
        pairs: Names and values as sent.
    """

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs
        self._last = dict(pairs)

    def __getitem__(self, name: str) -> str:
        return self._last.get(name, "").strip()

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may be given several times."""
        return [value for key, value in self._pairs if key == name]

    def number(self, name: str, called: str) -> float | None:
        """Return a field as a number; None where it is blank.

        Raises:
            DataError: It is none.
        """
        text = self[name].replace(",", "")
        try:
            return float(text) if text else None
        except ValueError:
            raise DataError("is not a number", place=called, fix="write digits, such as 12.5") from None


async def sent_form(request: Request) -> Form:
    """Return the form that a page of this session sent.

    Raises:
        AccessError: Another page sent it: its token is not of this session.
        DataError: A field is longer than is taken, or is no text.
    """
    form = await fields_of(request)
    session = present().session
    if session is None or not session.sent(form[TOKEN]):
        raise AccessError("did not come from a page that you opened", place="form", fix="open the page again")
    return form


async def fields_of(request: Request) -> Form:
    """Return the fields of a form, whoever sent it.

    Raises:
        DataError: A field is longer than is taken, or is no text.
    """
    try:
        text = (await request.body()).decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError:
        raise DataError("cannot be read", place="form", fix="go back and send it again") from None
    if any(len(value) > _LONGEST_FIELD for _, value in pairs):
        fix = f"stay below {_LONGEST_FIELD:,} characters a field"
        raise DataError("is longer than is taken", place="form", fix=fix)
    return Form(pairs)


def is_from_elsewhere(request: Request) -> bool:
    """Return whether a browser says that another site has it send this: by Fetch Metadata, or by its Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")


def fresh_key() -> str:
    """Return a key under which a form is taken once, however often it is sent."""
    return secrets.token_urlsafe(16)


WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
