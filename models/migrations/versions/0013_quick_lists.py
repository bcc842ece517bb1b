"""Lists of a large ledger stay quick: figures, the board, residents with their open cases, what was merged"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ON_BOARD = sa.text("published_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_suggestion_state_received_at_number", "suggestion", ["state", "received_at", "number"])
    op.create_index("ix_suggestion_resident_id_state", "suggestion", ["resident_id", "state"])
    op.create_index(op.f("ix_suggestion_merged_into_id"), "suggestion", ["merged_into_id"])
    op.create_index(op.f("ix_suggestion_split_from_id"), "suggestion", ["split_from_id"])
    op.create_index("ix_event_actor_id_at", "event", ["actor_id", "at"])
    op.create_index(op.f("ix_ballot_resident_id"), "ballot", ["resident_id"])
    op.create_index(
        "ix_suggestion_on_board",
        "suggestion",
        ["published_at", "id", "state", "confidential"],
        sqlite_where=ON_BOARD,
        postgresql_where=ON_BOARD,
    )


def downgrade() -> None:
    op.drop_index("ix_ballot_resident_id", "ballot")
    op.drop_index("ix_event_actor_id_at", "event")
    for name in ("on_board", "split_from_id", "merged_into_id", "resident_id_state", "state_received_at_number"):
        op.drop_index(f"ix_suggestion_{name}", "suggestion")
