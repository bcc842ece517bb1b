"""Attachments, the search of the ledger, the quality sample of reviews"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# External content: the text is kept once, in search_entry. detail=none: terms are asked for, never phrases.
FTS = """
CREATE VIRTUAL TABLE search_entry_fts USING fts5(
    terms, content='search_entry', content_rowid='suggestion_id',
    tokenize='unicode61 remove_diacritics 0', detail=none, columnsize=0
)
"""
FTS_ADD = "INSERT INTO search_entry_fts(rowid, terms) VALUES (new.suggestion_id, new.terms);"
FTS_REMOVE = (
    "INSERT INTO search_entry_fts(search_entry_fts, rowid, terms) VALUES ('delete', old.suggestion_id, old.terms);"
)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("before", "after", "receipt", "other", name="attachmentkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("small_path", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", models.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", models.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["suggestion_id"], ["suggestion.id"], name=op.f("fk_attachment_suggestion_id")),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user_account.id"], name=op.f("fk_attachment_uploaded_by_id")
        ),
        sa.ForeignKeyConstraint(["removed_by_id"], ["user_account.id"], name=op.f("fk_attachment_removed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_suggestion_id"), "attachment", ["suggestion_id"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["money_entry.id"], name=op.f("fk_receipt_entry_id")),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_receipt_attachment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_receipt_attachment_id")),
    )
    op.create_index(op.f("ix_receipt_entry_id"), "receipt", ["entry_id"], unique=False)
    op.create_table(
        "second_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("coordinator_id", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", models.base.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_second_review_review_id")),
        sa.ForeignKeyConstraint(
            ["coordinator_id"], ["user_account.id"], name=op.f("fk_second_review_coordinator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_review")),
        sa.UniqueConstraint("review_id", name=op.f("uq_second_review_review_id")),
    )
    op.create_table(
        "search_entry",
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["suggestion_id"],
            ["suggestion.id"],
            name=op.f("fk_search_entry_suggestion_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("suggestion_id", name=op.f("pk_search_entry")),
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_search_entry_terms ON search_entry"
            " USING gin (array_to_tsvector(string_to_array(terms, ' ')))"
        )
        return
    op.execute(FTS)
    op.execute(f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN {FTS_ADD} END")
    op.execute(f"CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN {FTS_REMOVE} END")
    op.execute(
        f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN {FTS_REMOVE} {FTS_ADD} END"
    )


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.drop_table("search_entry_fts")
    for table in ("search_entry", "second_review", "receipt", "attachment"):
        op.drop_table(table)
