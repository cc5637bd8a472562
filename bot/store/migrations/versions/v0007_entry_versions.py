"""Every wording that an entry ever had, and new wordings that wait for an approver."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "entry_versions",
        sa.Column("id", _id, nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_versions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_entry_versions_entry_id_id"), "entry_versions", ["entry_id", "id"])
    op.create_table(
        "entry_proposals",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("based_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_proposals")),
    )


def downgrade() -> None:
    op.drop_table("entry_proposals")
    op.drop_table("entry_versions")
