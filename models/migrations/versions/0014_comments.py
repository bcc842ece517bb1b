"""What households say about a topic, by text and by telephone"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "topic_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("call", "sms", "staff", name="channel", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("suggestion_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_topic_comment_topic_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_topic_comment_resident_id")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_topic_comment_suggestion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_comment")),
        sa.UniqueConstraint("key", name=op.f("uq_topic_comment_key")),
    )
    for column in ("topic_id", "resident_id", "suggestion_id"):
        op.create_index(op.f(f"ix_topic_comment_{column}"), "topic_comment", [column])


def downgrade() -> None:
    op.drop_table("topic_comment")
