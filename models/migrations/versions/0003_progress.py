"""How far the recogniser has come with a recording"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording", sa.Column("decoded_seconds", sa.Double(), nullable=True))
