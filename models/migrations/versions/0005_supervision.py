"""Since when a promise runs, when it was kept, and what the clock did"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENTS = ("due_from", "first_answered_at", "answered_at", "converted_at", "look_again_at")


def upgrade() -> None:
    with op.batch_alter_table("suggestion") as table:
        for moment in MOMENTS:
            table.add_column(sa.Column(moment, models.base.UTCDateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("answered_in_time", sa.Boolean(), nullable=True))
        table.create_index(op.f("ix_suggestion_look_again_at"), ["look_again_at"])
    # Cases that ended before these columns were there: the end was the answer.
    op.execute(
        sa.text(
            "UPDATE suggestion SET first_answered_at = done_at, answered_at = done_at, "
            "answered_in_time = (due IS NULL OR done_at <= due) WHERE done_at IS NOT NULL"
        )
    )
    op.create_table(
        "supervision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("at", models.base.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_supervision_suggestion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
        sa.UniqueConstraint("key", name=op.f("uq_supervision_key")),
    )
    op.create_index(op.f("ix_supervision_suggestion_id"), "supervision", ["suggestion_id"])
