"""Versions of the rules, units, and what a case knows of pauses, supervision and confirmation"""

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
