"""Organizers at work in the web: long jobs, and the lists of people in their order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "contest_jobs",
        sa.Column("id", _id, nullable=False),
        sa.Column("contest_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wanted", _json, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("seen_at", _time, nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'running'"), nullable=False),
        sa.Column("doing", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", _json, nullable=False),
        sa.Column("file", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ended_at", _time),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_jobs")),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_contest_jobs_state"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contest_jobs_contest_id"), "contest_jobs", ["contest_id"])
    op.create_index(op.f("ix_entrants_contest_id_id"), "entrants", ["contest_id", "id"])
    op.create_index(
        op.f("ix_entrants_contest_id_standing_id"), "entrants", ["contest_id", "standing", "id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_entrants_contest_id_standing_id"), "entrants")
    op.drop_index(op.f("ix_entrants_contest_id_id"), "entrants")
    op.drop_table("contest_jobs")
