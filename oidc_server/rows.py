"""Rows by SQL that is put together once, where every sign-in passes.

The ORM writes each query's anew, which takes ten times as long as asking it does. Tables, columns
and conversions are the models' here too, so that both databases are served by the same lines.
"""

# ruff: noqa: SLF001, S608 - _meta is documented, and names in the SQL are the models'
import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    Model,
    TextField,
    UUIDField,
)
from django.db.transaction import TransactionManagementError, atomic

# What the databases' drivers take as it is; asking the field first is what costs.
_AS_THEY_ARE: "dict[str, tuple[type[Field[Any, Any]], ...]]" = {
    "postgresql": (BooleanField, CharField, DateTimeField, ForeignKey, TextField, UUIDField),
    "sqlite": (BooleanField, CharField, ForeignKey, TextField),
}
_LAST_ID = {"postgresql": "lastval()", "sqlite": "last_insert_rowid()"}
_IDLE = 0  # libpq's PQTRANS_IDLE


class _Progress(threading.local):
    """How far a `transaction` of this thread is: "asked for", "begun", "ended"; "" without one."""

    state = ""


_progress = _Progress()


@dataclass(frozen=True, kw_only=True)
class Change:
    statement: str
    values: Sequence[Any]


def insertion(row: Model) -> Change:
    """What `row.save(force_insert=True)` does; a key that the database makes is not told."""
    statement, fields = _inserting(type(row))
    return Change(statement=statement, values=_values(row, fields))


def update(row: Model, *names: str, last_id: str = "") -> Change:
    """What `row.save(update_fields=names)` does.

    The column `last_id` takes the key that the database made for the insertion just before.
    """
    statement, fields = _updating(type(row), names, last_id)
    return Change(statement=statement, values=_values(row, fields))


def deletion(row: Model) -> Change:
    """What `row.delete()` does to the row alone."""
    return Change(statement=_deleting(type(row)), values=[row.pk])


def write(*changes: Change) -> None:
    """All of them or none; no signals are sent. A `transaction` ends with it.

    PostgreSQL takes them in one message, which is a transaction where there is none yet ("Multiple
    Statements in a Simple Query").
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        statements = "; ".join(change.statement for change in changes)
        with connection.cursor() as cursor:
            cursor.execute(
                _in_transaction(statements, is_last=True),
                [value for change in changes for value in change.values],
            )
        return
    with atomic(savepoint=False), connection.cursor() as cursor:
        for change in changes:
            cursor.execute(change.statement, change.values)


@contextmanager
def transaction() -> Iterator[None]:
    """A transaction of queries of this module and of at most one `write`, which comes last.

    To PostgreSQL its begin goes along with the first query, and its end with the write, where each
    would be a message of its own.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        with atomic():
            yield
        return
    _progress.state = "asked for"
    try:
        yield
    finally:
        _progress.state = ""
        driver = connection.connection
        if driver and not driver.closed and driver.info.transaction_status != _IDLE:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")


def _in_transaction(statements: str, *, is_last: bool = False) -> str:
    if _progress.state == "ended":
        raise TransactionManagementError("the write was to be the last")
    if _progress.state == "asked for":
        _progress.state = "begun"
        statements = f"BEGIN; {statements}"
    if _progress.state == "begun" and is_last:
        _progress.state = "ended"
        statements = f"{statements}; COMMIT"
    return statements


class Query:
    """What selects at most one row of each of some models, joined.

    `rest` begins with FROM and has names in braces in the place of tables. By each name goes a
    model and which of its columns are read, the key among them; what else an instance is asked for
    later takes a query of its own. The row of the name `lock` stays locked until the transaction
    ends, where databases have that.
    """

    def __init__(self, rest: str, *, lock: str = "", **read: tuple[type[Model], str]) -> None:
        self._read, self._rest, self._lock = read, rest, lock

    def first(self, *parameters: str | int) -> tuple[Any, ...] | None:
        """An instance of each model; None in the place of one that an outer join has not found."""
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(_in_transaction(self._statement), parameters)
            row = cursor.fetchone()
        if row is None:
            return None
        found, start = [], 0
        for reader in self._readers:
            end = start + len(reader.names)
            found.append(reader.instance(row[start:end]))
            start = end
        return tuple(found)

    @functools.cached_property
    def _readers(self) -> "list[_Reader]":
        return [_Reader(model, columns.split()) for model, columns in self._read.values()]

    @functools.cached_property
    def _statement(self) -> str:
        columns = ", ".join(reader.selected for reader in self._readers)
        rest, connection = self._rest, connections[DEFAULT_DB_ALIAS]
        if self._lock and connection.features.has_select_for_update:
            rest += " " + connection.ops.for_update_sql(of=[f"{{{self._lock}}}"])
        tables = {name: _quoted(model._meta.db_table) for name, (model, _) in self._read.items()}
        return f"SELECT {columns} {rest}".format(**tables)


class _Reader:
    """Makes instances of some of a model's columns."""

    def __init__(self, model: type[Model], columns: Sequence[str]) -> None:
        self._model = model
        table = _quoted(model._meta.db_table)
        # In the order in which `from_db` takes their values; it asks whether it has each by name.
        fields = [field for field in model._meta.concrete_fields if field.column in columns]
        self.names = frozenset(field.attname for field in fields)
        self.selected = ", ".join(f"{table}.{_quoted(field.column)}" for field in fields)
        self._key = fields.index(model._meta.pk)
        self._conversions = list(_conversions(fields))

    def instance(self, values: Sequence[Any]) -> Model | None:
        if values[self._key] is None:
            return None
        converted = list(values)
        for index, convert in self._conversions:
            converted[index] = convert(converted[index])
        return self._model.from_db(DEFAULT_DB_ALIAS, self.names, converted)


@functools.cache
def _inserting(model: type[Model]) -> "tuple[str, list[Field[Any, Any]]]":
    options = model._meta
    fields = [field for field in options.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(_quoted(field.column) for field in fields)
    marks = ", ".join("%s" for _ in fields)
    return f"INSERT INTO {_quoted(options.db_table)} ({columns}) VALUES ({marks})", fields


@functools.cache
def _updating(
    model: type[Model], names: tuple[str, ...], last_id: str
) -> "tuple[str, list[Field[Any, Any]]]":
    options = model._meta
    by_name = {field.name: field for field in options.concrete_fields}
    fields = [by_name[name] for name in (*names, options.pk.name)]
    *assigned, key = (f"{_quoted(field.column)} = %s" for field in fields)
    if last_id:
        made = _LAST_ID[connections[DEFAULT_DB_ALIAS].vendor]
        assigned.append(f"{_quoted(last_id)} = {made}")
    return f"UPDATE {_quoted(options.db_table)} SET {', '.join(assigned)} WHERE {key}", fields


@functools.cache
def _deleting(model: type[Model]) -> str:
    options = model._meta
    return f"DELETE FROM {_quoted(options.db_table)} WHERE {_quoted(options.pk.column)} = %s"


def _values(row: Model, fields: "Iterable[Field[Any, Any]]") -> list[Any]:
    connection = connections[DEFAULT_DB_ALIAS]
    as_they_are = _AS_THEY_ARE[connection.vendor]
    values = ((field, getattr(row, field.attname)) for field in fields)
    return [
        value if isinstance(field, as_they_are) else field.get_db_prep_save(value, connection)
        for field, value in values
    ]


def _conversions(
    fields: "Sequence[Field[Any, Any]]",
) -> "Iterable[tuple[int, Callable[[Any], Any]]]":
    """By place, from what the database's driver returns to what the field holds."""
    connection = connections[DEFAULT_DB_ALIAS]
    for index, field in enumerate(fields):
        column = field.get_col(field.model._meta.db_table)
        converters = [
            *connection.ops.get_db_converters(column),
            *field.get_db_converters(connection),
        ]
        for converter in converters:
            yield index, functools.partial(_convert, converter, column)


def _convert(converter: Callable[..., Any], column: Any, value: Any) -> Any:
    return converter(value, column, connections[DEFAULT_DB_ALIAS])


def _quoted(name: str | None) -> str:
    """None has only a field without a column, which none of a model's concrete ones is."""
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(name or "")
