"""Lists in pages: which rows, and the links to the others, with every other part of the address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

PARAMETER = "trang"
ROWS = 50


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list of `total` rows; pages are counted from 1."""

    page: int
    pages: int
    total: int
    rows: int
    path: str
    query: tuple[tuple[str, str], ...]

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.page - 1) * self.rows

    @property
    def first(self) -> int:
        """The number of the first row shown; 0 where there is none."""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return min(self.offset + self.rows, self.total)

    @property
    def before(self) -> str:
        """The address of the page before; empty on the first one."""
        return self._link(self.page - 1) if self.page > 1 else ""

    @property
    def after(self) -> str:
        """The address of the next page; empty on the last one."""
        return self._link(self.page + 1) if self.page < self.pages else ""

    def _link(self, page: int) -> str:
        return f"{self.path}?{urlencode([*self.query, (PARAMETER, str(page))])}"


def page_of(request: Request, total: int, rows: int = ROWS) -> Paging:
    """The page that the address asks for; the nearest that exists where it asks for none of them."""
    asked = request.query_params.get(PARAMETER, "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1
    pages = max(1, -(-total // rows))
    query = tuple((k, v) for k, v in request.query_params.multi_items() if k != PARAMETER)
    return Paging(min(max(number, 1), pages), pages, total, rows, request.url.path, query)
