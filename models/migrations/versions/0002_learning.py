"""The community's own words, in versions, and proposed ones"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lexicon_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_lexicon_version_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lexicon_version")),
        sa.UniqueConstraint("number", name=op.f("uq_lexicon_version_number")),
    )
    op.create_table(
        "keyword_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "accepted", "refused", name="proposalstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("proposed_at", models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_keyword_proposal_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyword_proposal")),
        sa.UniqueConstraint("key", name=op.f("uq_keyword_proposal_key")),
    )
    op.create_index(op.f("ix_keyword_proposal_state"), "keyword_proposal", ["state"], unique=False)


def downgrade() -> None:
    op.drop_table("keyword_proposal")
    op.drop_table("lexicon_version")
