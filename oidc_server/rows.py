"""Rows by SQL that is put together once, where every sign-in passes.

The ORM writes each query's anew, which takes ten times as long as asking it does. Tables, columns
and conversions are the models' here too, so that both databases are served by the same lines.
"""

# ruff: noqa: SLF001, S608 - _meta is documented, and names in the SQL are the models'
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import AutoField, BooleanField, CharField, Field, ForeignKey, Model, TextField

# What both databases' drivers take as it is; asking the field first is what costs.
_AS_THEY_ARE = (BooleanField, CharField, ForeignKey, TextField)
_LAST_ID = {"postgresql": "lastval()", "sqlite": "last_insert_rowid()"}


@dataclass(frozen=True, kw_only=True)
class Change:
    statement: str
    values: Sequence[Any]


def insertion(row: Model) -> Change:
    """What `row.save(force_insert=True)` does; a key that the database makes is not told."""
    table = _table(type(row))
    return Change(statement=table.insertion, values=_values(row, table.inserted))


def update(row: Model, *names: str, last_id: str = "") -> Change:
    """What `row.save(update_fields=names)` does.

    The column `last_id` takes the key that the database made for the insertion just before.
    """
    statement, fields = _updating(type(row), names, last_id)
    return Change(statement=statement, values=_values(row, fields))


def deletion(row: Model) -> Change:
    """What `row.delete()` does to the row alone."""
    return Change(statement=_table(type(row)).deletion, values=[row.pk])


def write(*changes: Change) -> None:
    """All of them or none; no signals are sent.

    PostgreSQL takes them in one message, which is a transaction where there is none yet ("Multiple
    Statements in a Simple Query").
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "; ".join(change.statement for change in changes),
                [value for change in changes for value in change.values],
            )
        return
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for change in changes:
            cursor.execute(change.statement, change.values)


class Query:
    """What selects at most one row of each of some models, joined.

    `rest` begins with FROM and has the models' names in braces in the place of the tables'. The row
    of the model named `lock` stays locked until the transaction ends, where databases have that.
    """

    def __init__(self, rest: str, *, lock: str = "", **models: type[Model]) -> None:
        self._models, self._rest, self._lock = models, rest, lock

    def first(self, *parameters: str | int) -> tuple[Any, ...] | None:
        """An instance of each model; None in the place of one that an outer join has not found."""
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self._statement, parameters)
            row = cursor.fetchone()
        if row is None:
            return None
        found, start = [], 0
        for table in self._tables:
            end = start + len(table.names)
            found.append(table.read(row[start:end]))
            start = end
        return tuple(found)

    @functools.cached_property
    def _tables(self) -> "list[_Table]":
        return [_table(model) for model in self._models.values()]

    @functools.cached_property
    def _statement(self) -> str:
        columns = ", ".join(table.selected for table in self._tables)
        rest, connection = self._rest, connections[DEFAULT_DB_ALIAS]
        if self._lock and connection.features.has_select_for_update:
            rest += " " + connection.ops.for_update_sql(of=[f"{{{self._lock}}}"])
        tables = zip(self._models, self._tables, strict=True)
        return f"SELECT {columns} {rest}".format(**{name: table.name for name, table in tables})


class _Table:
    def __init__(self, model: type[Model]) -> None:
        self._model = model
        options = model._meta
        fields: list[Field[Any, Any]] = list(options.concrete_fields)
        self.name = name = _quoted(options.db_table)
        key = _quoted(options.pk.column)
        self.names = [field.attname for field in fields]
        self._key = self.names.index(options.pk.attname)
        self.selected = ", ".join(f"{name}.{_quoted(field.column)}" for field in fields)
        self.inserted = [field for field in fields if not isinstance(field, AutoField)]
        columns = ", ".join(_quoted(field.column) for field in self.inserted)
        marks = ", ".join("%s" for _ in self.inserted)
        self.insertion = f"INSERT INTO {name} ({columns}) VALUES ({marks})"
        self.deletion = f"DELETE FROM {name} WHERE {key} = %s"
        self._conversions = list(_conversions(fields))

    def read(self, values: Sequence[Any]) -> Model | None:
        if values[self._key] is None:
            return None
        converted = list(values)
        for index, convert in self._conversions:
            converted[index] = convert(converted[index])
        return self._model.from_db(DEFAULT_DB_ALIAS, self.names, converted)


@functools.cache
def _table(model: type[Model]) -> _Table:
    return _Table(model)


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


def _values(row: Model, fields: "Iterable[Field[Any, Any]]") -> list[Any]:
    connection = connections[DEFAULT_DB_ALIAS]
    values = ((field, getattr(row, field.attname)) for field in fields)
    return [
        value if isinstance(field, _AS_THEY_ARE) else field.get_db_prep_save(value, connection)
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
