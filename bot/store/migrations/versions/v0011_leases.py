"""Leases of what only one program may do; whose a message is that waits to be handled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.add_column("inbox", sa.Column("sender", sa.Text()))
    op.create_index(
        op.f("ix_inbox_status_channel_sender"), "inbox", ["status", "channel", "sender"]
    )
    op.drop_index(op.f("ix_inbox_status_channel"), "inbox")


def downgrade() -> None:
    op.create_index(op.f("ix_inbox_status_channel"), "inbox", ["status", "channel"])
    op.drop_index(op.f("ix_inbox_status_channel_sender"), "inbox")
    op.drop_column("inbox", "sender")
    op.drop_table("leases")
