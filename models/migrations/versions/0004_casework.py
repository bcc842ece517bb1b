"""Versions of the rules, units, what a case knows of pauses, supervision and confirmation, and what stands beside it"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("phone", sa.String(length=24), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "scheme_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_scheme_version_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_version")),
        sa.UniqueConstraint("digest", name=op.f("uq_scheme_version_digest")),
    )
    with op.batch_alter_table("user_account") as table:
        table.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_user_account_unit_id"), "unit", ["unit_id"], ["id"])
    time = models.base.UTCDateTime(timezone=True)
    with op.batch_alter_table("suggestion") as table:
        table.add_column(sa.Column("source", sa.String(length=40), nullable=False, server_default=""))
        table.add_column(sa.Column("scheme_version_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("paused_at", time, nullable=True))
        table.add_column(sa.Column("paused_for", sa.String(length=120), nullable=False, server_default=""))
        table.add_column(sa.Column("supervised_by", sa.String(length=24), nullable=False, server_default=""))
        table.add_column(sa.Column("confirmed_at", time, nullable=True))
        table.add_column(sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("confidential", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("split_from_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_suggestion_scheme_version_id"), "scheme_version", ["scheme_version_id"], ["id"]
        )
        table.create_foreign_key(op.f("fk_suggestion_unit_id"), "unit", ["unit_id"], ["id"])
        table.create_foreign_key(op.f("fk_suggestion_split_from_id"), "suggestion", ["split_from_id"], ["id"])
        table.create_index(op.f("ix_suggestion_unit_id"), ["unit_id"])
    _beside_the_cases(time)


def _beside_the_cases(time: models.base.UTCDateTime) -> None:
    op.create_table(
        "assistance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("due", time, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", time, nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user_account.id"], name=op.f("fk_assistance_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"], name=op.f("fk_assistance_asked_by_id")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_assistance_suggestion_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assistance_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_assistance_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance")),
    )
    op.create_index(op.f("ix_assistance_answered_at"), "assistance", ["answered_at"])
    op.create_index(op.f("ix_assistance_suggestion_id"), "assistance", ["suggestion_id"])
    op.create_index(op.f("ix_assistance_unit_id"), "assistance", ["unit_id"])
    op.create_index(op.f("ix_assistance_user_id"), "assistance", ["user_id"])
    op.create_table(
        "case_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["suggestion.id"], name=op.f("fk_case_link_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["suggestion.id"], name=op.f("fk_case_link_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_case_link_one_id_other_id")),
    )
    op.create_index(op.f("ix_case_link_other_id"), "case_link", ["other_id"])
    op.create_table(
        "upkeep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("keeper", sa.String(length=40), nullable=False),
        sa.Column("courtyard_id", sa.Integer(), nullable=True),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("next_due", time, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.ForeignKeyConstraint(["courtyard_id"], ["courtyard.id"], name=op.f("fk_upkeep_courtyard_id")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_upkeep_suggestion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upkeep")),
        sa.UniqueConstraint("suggestion_id", name=op.f("uq_upkeep_suggestion_id")),
    )
    op.create_index(op.f("ix_upkeep_next_due"), "upkeep", ["next_due"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("due", time, nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("done_at", time, nullable=True),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_visit_suggestion_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["user_account.id"], name=op.f("fk_visit_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_done_at"), "visit", ["done_at"])
    op.create_index(op.f("ix_visit_suggestion_id"), "visit", ["suggestion_id"])
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due", time, nullable=True),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_at", time, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"], name=op.f("fk_wish_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_wish_decided_by_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["user_account.id"], name=op.f("fk_wish_handler_id")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_wish_suggestion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    op.create_index(op.f("ix_wish_decided_at"), "wish", ["decided_at"])
    op.create_index(op.f("ix_wish_suggestion_id"), "wish", ["suggestion_id"])
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upkeep_id", sa.Integer(), nullable=False),
        sa.Column("due", time, nullable=False),
        sa.Column("done_at", time, nullable=False),
        sa.Column("inspector_id", sa.Integer(), nullable=False),
        sa.Column("in_order", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["inspector_id"], ["user_account.id"], name=op.f("fk_inspection_inspector_id")),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_inspection_suggestion_id")),
        sa.ForeignKeyConstraint(["upkeep_id"], ["upkeep.id"], name=op.f("fk_inspection_upkeep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index(op.f("ix_inspection_upkeep_id"), "inspection", ["upkeep_id"])
