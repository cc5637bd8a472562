"""The tables, one MetaData for SQLite and PostgreSQL.

Ids are never used twice, so an old button or cookie cannot come to mean somebody else. Rows that
belong to a person point at `people`; `people.erase` must know each such table.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcTime(TypeDecorator[datetime]):
    """An instant: takes aware datetimes only, stores UTC, reads back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC; without its zone on SQLite, which would drop it in silence."""
        if value is None:
            return None
        at = _in_utc(value)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """SQLite's text at once: SQLAlchemy's own way there takes five times as long."""
        return _instant_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside, kept alike by both: PostgreSQL takes no NUL and no lone surrogate."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text without what one of the databases would refuse."""
        return None if value is None else storable(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        """The same without a detour: texts are most of what is written."""
        return _storable_or_none


def storable(value: str) -> str:
    """The text without NUL, and with a question mark for each lone surrogate."""
    if "\0" in value:
        value = value.replace("\0", "")
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def _storable_or_none(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone cannot be stored")
    return value.astimezone(UTC)


def _instant_text(value: datetime | None) -> str | None:
    """As SQLAlchemy writes a datetime for SQLite: in UTC, to the microsecond, without a zone."""
    if value is None:
        return None
    return _in_utc(value).isoformat(" ", "microseconds").removesuffix("+00:00")


def id_type() -> TypeEngine[int]:
    """The type of a row's number and of what points at it."""
    # SQLite numbers rows by itself only in a column that is exactly INTEGER.
    return BigInteger().with_variant(Integer(), "sqlite")


def _person_key() -> Column[int]:
    person = ForeignKey("people.id", ondelete="CASCADE")
    return Column("person_id", id_type(), person, primary_key=True, autoincrement=False)


def json_type(none_as_null: bool = False) -> TypeEngine[Any]:
    """The type of a value kept as JSON; with `none_as_null` None is no value at all."""
    return JSON(none_as_null=none_as_null).with_variant(
        JSONB(none_as_null=none_as_null), "postgresql"
    )


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

people = Table(
    "people",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("channel", Words, nullable=False),
    Column("channel_id", Words, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("origin", Words),
    Column("greeted_at", UtcTime),
    Column("reachable", Boolean, nullable=False, server_default=true()),
    Column("quiet_until", UtcTime),
    UniqueConstraint("channel", "channel_id"),
    sqlite_autoincrement=True,
)

states = Table(
    "states",
    metadata,
    _person_key(),
    Column("data", json_type(), nullable=False),
    Column("at", UtcTime, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("channel", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    Column("person_id", id_type(), ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("received_at", UtcTime, nullable=False),
    Column("status", Text, nullable=False),
    Column("payload", json_type(none_as_null=True)),
    # Whose it is, as long as it waits: several programs must keep each person's order.
    Column("sender", Words),
    UniqueConstraint("channel", "external_id"),
    CheckConstraint("status IN ('new', 'done')", name="status"),
    Index(None, "status", "channel", "sender"),
    sqlite_autoincrement=True,
)

# `person_id` is empty once the person was erased: what was asked stays counted, nobody's any more.
# For the counts `day` (since 1970, in Việt Nam), `entry` (the one answer given) and `origin` (by which
# deep link the asker had come) stand in columns of their own, and in indexes that hold all that a
# count needs.
questions = Table(
    "questions",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("person_id", id_type(), ForeignKey("people.id", ondelete="SET NULL")),
    Column("inbox_id", id_type(), ForeignKey("inbox.id", ondelete="SET NULL"), index=True),
    Column("asked_at", UtcTime, nullable=False, index=True),
    Column("channel", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("normalised", Words, nullable=False),
    Column("outcome", Text, nullable=False, index=True),
    Column("entries", json_type(), nullable=False),
    Column("score", Float, nullable=False),
    Column("ms", Float, nullable=False),
    Column("base_version", Text, nullable=False),
    Column("feedback", SmallInteger),
    Column("feedback_at", UtcTime),
    Column("handled", Words),
    Column("day", Integer, nullable=False, server_default=text("0")),
    Column("entry", Text),
    Column("origin", Words),
    CheckConstraint("feedback IN (-1, 1)", name="feedback"),
    Index(None, "person_id", "asked_at"),
    Index(None, "day", "outcome", "feedback", "channel", "origin"),
    Index(None, "channel", "origin", "outcome", "day"),
    Index(None, "entry", "day", "feedback", "channel", "origin"),
    sqlite_autoincrement=True,
)

# Questions that their askers sent on to people; `answer` is what they were told, by whom, and the
# row of the outbox that tells it.
staff_requests = Table(
    "staff_requests",
    metadata,
    Column(
        "question_id",
        id_type(),
        ForeignKey("questions.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("person_id", id_type(), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("asked_at", UtcTime, nullable=False, index=True),
    Column("answer", Words),
    Column("answered_by", Words),
    Column("answered_at", UtcTime),
    Column("outbox_id", id_type()),
    Index(None, "person_id"),
)

# `next_at` is when a waiting row may leave; in a row being sent it is when that began.
outbox = Table(
    "outbox",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("person_id", id_type(), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("channel", Words, nullable=False),
    Column("inbox_id", id_type(), ForeignKey("inbox.id", ondelete="SET NULL"), index=True),
    Column("position", Integer, nullable=False),
    Column("reply", json_type(), nullable=False),
    Column("lane", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("remote_id", Words),
    Column("doubt", Integer, nullable=False, server_default=text("0")),
    Column("error", Words),
    Column("created_at", UtcTime, nullable=False),
    CheckConstraint("lane IN ('reply', 'broadcast')", name="lane"),
    CheckConstraint("state IN ('waiting', 'sending', 'sent', 'dead', 'cancelled')", name="state"),
    # Ten thousand waiting broadcasts must not stand in the way of looking for one reply.
    Index(None, "channel", "lane", "state", "next_at"),
    Index(None, "person_id", "state"),
    sqlite_autoincrement=True,
)

# Pairs of tokens that rotate: one row a service and app, sealed; `generation` counts the pairs, and
# whoever asks for the next one holds the lease, or two programs would use up one token.
oauth_tokens = Table(
    "oauth_tokens",
    metadata,
    Column("service", Text, primary_key=True),
    Column("access", Text),
    Column("refresh", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("obtained_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("broken", Words),
    Column("lease_owner", Text),
    Column("lease_until", UtcTime),
)

# What happened to the tokens; `mark` is the fingerprint of the refresh token concerned.
oauth_audit = Table(
    "oauth_audit",
    metadata,
    Column("id", id_type(), primary_key=True),
    Column("service", Text, nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("act", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("detail", Words, nullable=False, server_default=text("''")),
    sqlite_autoincrement=True,
)

# Whoever asked to be reminded; `reminded` holds what each has had, so that nobody hears it twice.
reminders = Table(
    "reminders",
    metadata,
    _person_key(),
    Column("since", UtcTime, nullable=False),
)

reminded = Table(
    "reminded",
    metadata,
    _person_key(),
    Column("key", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

# What only one of several programs on this database may do, and which programs there are.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("note", Words, nullable=False, server_default=text("''")),
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", json_type(), nullable=False),
)
