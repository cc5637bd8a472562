"""What questions are counted by gets columns of its own: the day, the answer, where people came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


_COUNTS = (
    ("day", "outcome", "feedback", "channel", "origin"),
    ("channel", "origin", "outcome", "day"),
    ("entry", "day", "feedback", "channel", "origin"),
)
_ENTRY = {
    "sqlite": "CASE WHEN outcome = 'answer' THEN json_extract(entries, '$[0]') END",
    "postgresql": "CASE WHEN outcome = 'answer' THEN entries ->> 0 END",
}
_DAY = {
    "sqlite": "CAST(julianday(asked_at, '+7 hours') - 2440587.5 AS INTEGER)",
    "postgresql": "floor((extract(epoch FROM asked_at) + 25200) / 86400)",
}


def upgrade() -> None:
    day = sa.Column("day", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("questions", day)
    op.add_column("questions", sa.Column("entry", sa.Text()))
    op.add_column("questions", sa.Column("origin", sa.Text()))
    kind = op.get_bind().dialect.name
    op.execute(
        f"UPDATE questions SET day = {_DAY[kind]}, entry = {_ENTRY[kind]}, "  # noqa: S608
        "origin = (SELECT p.origin FROM people p WHERE p.id = questions.person_id)"
    )
    op.drop_index(op.f("ix_questions_person_id"), "questions")
    op.create_index(op.f("ix_questions_person_id_asked_at"), "questions", ["person_id", "asked_at"])
    for columns in _COUNTS:
        op.create_index(op.f(f"ix_questions_{'_'.join(columns)}"), "questions", list(columns))


def downgrade() -> None:
    for columns in _COUNTS:
        op.drop_index(op.f(f"ix_questions_{'_'.join(columns)}"), "questions")
    op.drop_index(op.f("ix_questions_person_id_asked_at"), "questions")
    op.create_index(op.f("ix_questions_person_id"), "questions", ["person_id"])
    for name in ("origin", "entry", "day"):
        op.drop_column("questions", name)
