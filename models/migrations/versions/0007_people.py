"""Files of residents, key-phones and their alarms, points in double entry with rewards and honours"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = models.base.UTCDateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("resident") as table:
        for name, length in (("address", 120), ("language", 24), ("care_note", 400), ("reach_by", 24)):
            table.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
        table.add_column(sa.Column("care", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("reach_from", sa.String(length=5), nullable=False, server_default=""))
        table.add_column(sa.Column("reach_until", sa.String(length=5), nullable=False, server_default=""))
        table.add_column(sa.Column("erasure_asked_at", TIME, nullable=True))
        table.add_column(sa.Column("erased_at", TIME, nullable=True))
    _residents()
    _points()
    _rewards()
    _alarms()


def _table(name: str, *parts: sa.Column[Any] | sa.Constraint, keys: dict[str, str] | None = None) -> None:
    """keys: the columns that refer to other tables' ids."""
    foreign = [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}"))
        for column, target in (keys or {}).items()
    ]
    op.create_table(name, *parts, *foreign)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _residents() -> None:
    _table(
        "resident_phone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=24), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("is_key", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_phone")),
        sa.UniqueConstraint("phone", name=op.f("uq_resident_phone_phone")),
        keys={"resident_id": "resident"},
    )
    _index("resident_phone", "resident_id")
    _table(
        "relative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relative")),
        keys={"resident_id": "resident"},
    )
    _index("relative", "resident_id")
    _table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.Column("given_how", sa.String(length=40), nullable=False),
        sa.Column("given_to_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_how", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_to_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        keys={"resident_id": "resident", "given_to_id": "user_account", "withdrawn_to_id": "user_account"},
    )
    _index("consent", "resident_id")
    _table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        keys={"resident_id": "resident", "by_id": "user_account"},
    )
    _index("erasure", "at")


def _points() -> None:
    """The old entries, each one line of one account, become transactions with two lines."""
    connection = op.get_bind()
    old = connection.execute(
        sa.text("SELECT id, key, resident_id, suggestion_id, points, reason, at FROM points_entry ORDER BY id")
    ).all()
    op.drop_table("points_entry")
    _table(
        "points_transaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_transaction")),
        sa.UniqueConstraint("key", name=op.f("uq_points_transaction_key")),
        keys={
            "suggestion_id": "suggestion",
            "actor_id": "user_account",
            "reverses_id": "points_transaction",
        },
    )
    _index("points_transaction", "at", "suggestion_id")
    _table(
        "points_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=24), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_entry")),
        keys={"transaction_id": "points_transaction", "resident_id": "resident"},
    )
    _index("points_entry", "transaction_id", "resident_id")
    _table(
        "points_balance",
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_points_balance_not_negative")),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_points_balance")),
        keys={"resident_id": "resident"},
    )
    balances: dict[int, int] = {}
    for row in old:
        transaction_id = connection.execute(
            sa.text(
                "INSERT INTO points_transaction (key, rule, reason, at, suggestion_id)"
                " VALUES (:key, :rule, :reason, :at, :suggestion_id) RETURNING id"
            ),
            {
                "key": row.key,
                "rule": row.key.partition(":")[0][:40],
                "reason": row.reason,
                "at": row.at,
                "suggestion_id": row.suggestion_id,
            },
        ).scalar_one()
        for account, resident_id, points in (
            ("resident", row.resident_id, row.points),
            ("community", None, -row.points),
        ):
            connection.execute(
                sa.text(
                    "INSERT INTO points_entry (transaction_id, account, resident_id, points)"
                    " VALUES (:transaction_id, :account, :resident_id, :points)"
                ),
                {
                    "transaction_id": transaction_id,
                    "account": account,
                    "resident_id": resident_id,
                    "points": points,
                },
            )
        balances[row.resident_id] = balances.get(row.resident_id, 0) + row.points
    for resident_id, points in balances.items():
        connection.execute(
            sa.text("INSERT INTO points_balance (resident_id, points) VALUES (:resident_id, :points)"),
            {"resident_id": resident_id, "points": points},
        )


def _rewards() -> None:
    _table(
        "reward",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_reward_stock_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward")),
        sa.UniqueConstraint("code", name=op.f("uq_reward_code")),
    )
    _table(
        "redemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("reward_id", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("booked_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("transaction_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("finished_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption")),
        sa.UniqueConstraint("key", name=op.f("uq_redemption_key")),
        keys={
            "resident_id": "resident",
            "reward_id": "reward",
            "transaction_id": "points_transaction",
            "actor_id": "user_account",
            "finished_by_id": "user_account",
        },
    )
    _index("redemption", "resident_id", "state")
    _table(
        "honour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("awarded", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour")),
        sa.UniqueConstraint("key", name=op.f("uq_honour_key")),
        keys={"resident_id": "resident", "decided_by_id": "user_account"},
    )
    _index("honour", "resident_id")


def _alarms() -> None:
    _table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=24), nullable=False),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("due", TIME, nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("next_alert_at", TIME, nullable=True),
        sa.Column("arrived_at", TIME, nullable=True),
        sa.Column("arrived_user_id", sa.Integer(), nullable=True),
        sa.Column("arrived_phone", sa.String(length=24), nullable=False),
        sa.Column("found", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("suggestion_id", name=op.f("uq_alarm_suggestion_id")),
        keys={"suggestion_id": "suggestion", "resident_id": "resident", "arrived_user_id": "user_account"},
    )
    _index("alarm", "resident_id", "next_alert_at", "arrived_at")
    _table(
        "alarm_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_call")),
        sa.UniqueConstraint("call_id", name=op.f("uq_alarm_call_call_id")),
        keys={"call_id": "call", "alarm_id": "alarm"},
    )
    _index("alarm_call", "alarm_id")
