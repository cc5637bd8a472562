"""The first tables: people, their states, inbox, questions, outbox, small facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A migration holds its own types: it must go on meaning the same when `tables` has moved on.
_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    _people()
    _states()
    _inbox()
    _questions()
    _outbox()
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", _json, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )


def downgrade() -> None:
    for table in ("meta", "outbox", "questions", "inbox", "states", "people"):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", _id, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("first_seen", _time, nullable=False),
        sa.Column("last_seen", _time, nullable=False),
        sa.Column("origin", sa.Text()),
        sa.Column("greeted_at", _time),
        sa.Column("reachable", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("channel", "channel_id", name=op.f("uq_people_channel_channel_id")),
        sqlite_autoincrement=True,
    )


def _states() -> None:
    op.create_table(
        "states",
        sa.Column("person_id", _id, nullable=False, autoincrement=False),
        sa.Column("data", _json, nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_states")),
        _to_people("states", "CASCADE"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _id, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("person_id", _id),
        sa.Column("received_at", _time, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("payload", _json),
        sa.CheckConstraint("status IN ('new', 'done')", name=op.f("ck_inbox_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        _to_people("inbox", "SET NULL"),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_inbox_channel_external_id")),
        sqlite_autoincrement=True,
    )
    _index("inbox", "person_id")
    _index("inbox", "status", "channel")


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", _id, nullable=False),
        sa.Column("person_id", _id),
        sa.Column("inbox_id", _id),
        sa.Column("asked_at", _time, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("normalised", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("entries", _json, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("ms", sa.Float(), nullable=False),
        sa.Column("base_version", sa.Text(), nullable=False),
        sa.Column("feedback", sa.SmallInteger()),
        sa.Column("feedback_at", _time),
        sa.Column("handled", sa.Text()),
        sa.CheckConstraint("feedback IN (-1, 1)", name=op.f("ck_questions_feedback")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        _to_people("questions", "SET NULL"),
        _to_inbox("questions"),
        sqlite_autoincrement=True,
    )
    for column in ("person_id", "inbox_id", "asked_at", "outcome"):
        _index("questions", column)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _id, nullable=False),
        sa.Column("person_id", _id, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("inbox_id", _id),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reply", _json, nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("next_at", _time, nullable=False),
        sa.Column("sent_at", _time),
        sa.Column("remote_id", sa.Text()),
        sa.Column("doubt", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", _time, nullable=False),
        sa.CheckConstraint("lane IN ('reply', 'broadcast')", name=op.f("ck_outbox_lane")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'dead', 'cancelled')",
            name=op.f("ck_outbox_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        _to_people("outbox", "CASCADE"),
        _to_inbox("outbox"),
        sqlite_autoincrement=True,
    )
    _index("outbox", "inbox_id")
    _index("outbox", "channel", "lane", "state", "next_at")
    _index("outbox", "person_id", "state")


def _to_people(table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_person_id_people")
    return sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=name, ondelete=ondelete)


def _to_inbox(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_inbox_id_inbox")
    return sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=name, ondelete="SET NULL")


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
