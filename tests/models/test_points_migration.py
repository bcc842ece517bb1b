"""Points of before double entry become transactions whose lines sum to zero."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from models import Account, Database, PointsBalance, PointsEntry, PointsTransaction
from models.schema import alembic_config, upgrade_schema


def test_old_entries_become_transactions_with_their_balances(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    with database.engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0006")
        connection.execute(
            text(
                "INSERT INTO resident (id, phone, created_at) VALUES (1, '+8613800138000', '2026-03-09 01:00:00')"
            )
        )
        for key, points, reason in (("valid:7", 10, "有效建议"), ("best_idea:7", 50, "最佳金点子")):
            connection.execute(
                text(
                    "INSERT INTO points_entry (key, resident_id, points, reason, at)"
                    " VALUES (:key, 1, :points, :reason, '2026-03-09 01:00:00')"
                ),
                {"key": key, "points": points, "reason": reason},
            )
    upgrade_schema(database)
    with database.read() as session:
        transactions = session.query(PointsTransaction).order_by(PointsTransaction.id).all()
        assert [(t.key, t.rule, t.reason) for t in transactions] == [
            ("valid:7", "valid", "有效建议"),
            ("best_idea:7", "best_idea", "最佳金点子"),
        ]
        for transaction in transactions:
            assert sum(entry.points for entry in transaction.entries) == 0
            assert {entry.account for entry in transaction.entries} == {Account.RESIDENT, Account.COMMUNITY}
        assert session.query(PointsBalance).one().points == 60
        assert session.query(PointsEntry).count() == 4
    database.close()
