"""Campaigns with their questionnaires, invitations and answers"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = models.base.UTCDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=12), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=True),
        sa.Column("keyword", sa.String(length=12), nullable=False),
        sa.Column("target", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("paused_at", TIME, nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("reported_at", TIME, nullable=True),
        sa.Column("analysis", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("released_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_campaign_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index(op.f("ix_campaign_state"), "campaign", ["state"])
    op.create_table(
        "campaign_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_question_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_question")),
    )
    op.create_index(op.f("ix_campaign_question_campaign_id"), "campaign_question", ["campaign_id"])
    op.create_table(
        "campaign_sound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("wav", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_sound_campaign_id")),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["campaign_question.id"],
            name=op.f("fk_campaign_sound_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_sound")),
    )
    op.create_index(op.f("ix_campaign_sound_campaign_id"), "campaign_sound", ["campaign_id"])
    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("medium", sa.String(length=24), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", TIME, nullable=True),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("asked_again", sa.Boolean(), nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_participation_campaign_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_participation_resident_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_participation_notice_id")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["campaign_question.id"], name=op.f("fk_participation_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("campaign_id", "resident_id", name=op.f("uq_participation_campaign_id_resident_id")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_participation_notice_id")),
    )
    for column in ("campaign_id", "invited_at", "resident_id", "state"):
        op.create_index(op.f(f"ix_participation_{column}"), "participation", [column])
    op.create_table(
        "campaign_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("means", sa.String(length=24), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column("suggestion_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_campaign_answer_participation_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["campaign_question.id"], name=op.f("fk_campaign_answer_question_id")
        ),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_campaign_answer_recording_id")),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestion.id"], name=op.f("fk_campaign_answer_suggestion_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_answer")),
        sa.UniqueConstraint(
            "participation_id", "question_id", name=op.f("uq_campaign_answer_participation_id_question_id")
        ),
    )
    for column in ("participation_id", "question_id", "recording_id", "suggestion_id"):
        op.create_index(op.f(f"ix_campaign_answer_{column}"), "campaign_answer", [column])
    with op.batch_alter_table("suggestion") as table:
        table.add_column(sa.Column("campaign_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_suggestion_campaign_id"), "campaign", ["campaign_id"], ["id"])
        table.create_index(op.f("ix_suggestion_campaign_id"), ["campaign_id"])
