"""Statements that run with every message: compiled once, then handed to the driver as text.

SQLAlchemy makes a cursor, a context and a result for each execution, which takes ten times as long
as finding a row by its key. In a quick transaction these statements leave all that out; anywhere
else they are carried out like every other. What is bound and read goes through the columns' own
types either way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import (
    ARRAY,
    ClauseElement,
    Column,
    ColumnElement,
    Dialect,
    Executable,
    Text,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator

from bot.fast_json import write_json

if TYPE_CHECKING:
    from bot.store.database import Tx

Row = Sequence[Any]
Bound = Sequence[Any]
Given = Mapping[str, Any]
_Process = Callable[[Any], Any] | None


class Direct(Protocol):
    """A driver's connection in an open transaction."""

    async def fetch(self, text: str, bound: Bound) -> Sequence[Row]:
        """The rows that a statement gives."""
        ...

    async def fetch_each(self, text: str, bound: Sequence[Bound]) -> Sequence[Row]:
        """The rows that a statement gives for all that is bound, one after the other."""
        ...

    async def run_each(self, text: str, bound: Sequence[Bound]) -> None:
        """Carries a statement out for all that is bound."""
        ...


class Prepared:
    """One statement, made for each kind of database by `make`, which is told if it is PostgreSQL.

    `columns` are those that an insert is given.
    """

    def __init__(
        self, make: Callable[[bool], Executable], columns: Sequence[str] | None = None
    ) -> None:
        self._make = make
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    async def rows(self, tx: Tx, given: Given) -> Sequence[Row]:
        """All rows that the statement gives, their values in the order of its columns."""
        await tx.write_asked()
        compiled = self._for(tx)
        if tx.direct is None:
            return (await tx.connection.execute(compiled.statement, given)).all()
        return compiled.read(await tx.direct.fetch(compiled.text, compiled.bind(given)))

    async def rows_of_each(self, tx: Tx, given: Sequence[Given]) -> Sequence[Row]:
        """As `rows`, for all that is given one after the other."""
        compiled = self._for(tx)
        if tx.direct is None:
            return (await tx.connection.execute(compiled.statement, list(given))).all()
        bound = list(map(compiled.bind, given))
        return compiled.read(await tx.direct.fetch_each(compiled.text, bound))

    async def run(self, tx: Tx, given: Sequence[Given]) -> None:
        """Carries the statement out for all that is given, one after the other."""
        if not given:
            return
        compiled = self._for(tx)
        if tx.direct is None:
            await tx.connection.execute(compiled.statement, list(given))
        else:
            await tx.direct.run_each(compiled.text, list(map(compiled.bind, given)))

    def _for(self, tx: Tx) -> _Compiled:
        dialect = tx.dialect
        found = self._compiled.get(dialect.name)
        if found is None:
            statement = self._make(tx.is_postgresql)
            found = _compile(statement, dialect, self._columns)
            self._compiled[dialect.name] = found
        return found


def among(column: Column[Any], name: str, is_postgresql: bool) -> ColumnElement[bool]:
    """Whether the column is one of a list given by that name; one text for lists of any length."""
    if is_postgresql:
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    listed = func.json_each(bindparam(name, type_=_Listed(column.type))).table_valued("value")
    return column.in_(select(listed.c.value))


class _Listed(TypeDecorator[Sequence[Any]]):
    """A list given to SQLite as one text."""

    impl = Text
    cache_ok = True

    def __init__(self, item: Any) -> None:
        super().__init__()
        self.item = item

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> str:
        """The list as JSON, each of its items as it is stored."""
        process = self.item.dialect_impl(dialect).bind_processor(dialect)
        return write_json([process(one) for one in value or ()] if process else list(value or ()))


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as a driver takes it, and how values get in and out."""

    statement: Executable
    text: str
    binds: tuple[tuple[str, bool, Any, _Process], ...]
    """Name, whether it is given, what stands there otherwise, and how it is bound."""
    results: tuple[tuple[int, Callable[[Any], Any]], ...]
    """The columns whose values are read otherwise than the driver gives them."""

    def bind(self, given: Given) -> list[Any]:
        """The values in the order of the gaps."""
        return [
            (process(given[name]) if process else given[name]) if is_given else fixed
            for name, is_given, fixed, process in self.binds
        ]

    def read(self, rows: Sequence[Row]) -> Sequence[Row]:
        """What the driver gave, in our types."""
        if not self.results:
            return rows
        read = []
        for row in rows:
            values = list(row)
            for place, process in self.results:
                values[place] = process(values[place])
            read.append(values)
        return read


def _compile(statement: Executable, dialect: Dialect, columns: Sequence[str] | None) -> _Compiled:
    assert isinstance(statement, ClauseElement)  # noqa: S101
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101
    given = {*(columns or ()), *(name for name in compiled.binds if name.startswith("b_"))}
    binds = []
    for name in compiled.positiontup or ():
        type_, fixed = compiled.binds[name].type, compiled.params.get(name)
        process = type_.dialect_impl(dialect).bind_processor(dialect)
        if name not in given and process is not None:
            fixed = process(fixed)
        binds.append((name, name in given, fixed, process))
    results = []
    for place, column in enumerate(getattr(statement, "exported_columns", ())):
        read = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if read is not None:
            results.append((place, read))
    return _Compiled(statement, compiled.string, tuple(binds), tuple(results))
