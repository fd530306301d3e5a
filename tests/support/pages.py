"""Pages as tests read them: signed in with a key, and taken apart by the standard library."""

from html.parser import HTMLParser
from typing import Any

import httpx
from starlette.testclient import TestClient


def sign_in(client: TestClient, headers: dict[str, str]) -> httpx.Response:
    """Sign in with the key of some headers, as `tests.support.keys.headers_for` makes them; the client stays so."""
    client.headers.pop("Authorization", None)
    key = headers["Authorization"].removeprefix("Bearer ")
    client.headers["Accept"] = "text/html"
    answer: httpx.Response = client.post("/sign-in", data={"key": key}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer


class Page(HTMLParser):
    """What stands on a page.

    Attributes:
        numbers: Exact values of the numbers on it, in their order.
        links: Where its links lead.
        fields: Names of the fields of its forms -> their values.
        ids: Names of its elements.
        text: Its words, in their order.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.numbers: list[float] = []
        self.links: list[str] = []
        self.fields: dict[str, str] = {}
        self.ids: list[str] = []
        self.levels: list[int] = []
        self._words: list[str] = []
        self._unread = 0
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """Its words, with one space between them."""
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said: dict[str, Any] = dict(attrs)
        if tag == "data":
            self.numbers.append(float(said["value"]))
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag in ("input", "textarea", "select") and said.get("name"):
            self.fields[said["name"]] = said.get("value") or ""
        if "id" in said:
            self.ids.append(said["id"])
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))
        if tag in ("script", "style"):
            self._unread += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._unread -= 1

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._words.append(data)


def shown(client: TestClient, address: str, status: int = 200) -> Page:
    """Open a page and return what stands on it."""
    answer = client.get(address)
    assert answer.status_code == status, answer.text[:500]
    page = Page(answer.text)
    assert page.levels[:1] == [1], "a page has one heading above all"
    return page


def sent(client: TestClient, page: str, action: str, **fields: str) -> httpx.Response:
    """Open a page, and send a form of it with these fields beside those that it bears itself."""
    borne = {name: value for name, value in shown(client, page).fields.items() if name in ("form_token", "form_key")}
    answer: httpx.Response = client.post(action, data={**borne, **fields}, follow_redirects=False)
    return answer
