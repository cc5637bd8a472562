"""Questions that their askers sent on to the office, with the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "staff_requests",
        sa.Column("question_id", _id, autoincrement=False, nullable=False),
        sa.Column("person_id", _id, nullable=False),
        sa.Column("asked_at", _time, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.Text()),
        sa.Column("answered_at", _time),
        sa.Column("outbox_id", _id),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_staff_requests")),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_staff_requests_question_id_questions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_staff_requests_person_id_people"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_staff_requests_asked_at"), "staff_requests", ["asked_at"])
    op.create_index(op.f("ix_staff_requests_person_id"), "staff_requests", ["person_id"])


def downgrade() -> None:
    op.drop_table("staff_requests")
