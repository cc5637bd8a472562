"""Who asked to be reminded, and of what each was reminded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("person_id", _id, autoincrement=False, nullable=False),
        sa.Column("since", _time, nullable=False),
        _to_people("reminders"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_reminders")),
    )
    op.create_table(
        "reminded",
        sa.Column("person_id", _id, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        _to_people("reminded"),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_reminded")),
    )


def downgrade() -> None:
    op.drop_table("reminded")
    op.drop_table("reminders")


def _to_people(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_person_id_people")
    return sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=name, ondelete="CASCADE")
