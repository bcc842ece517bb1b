"""The board is read after a day's work at the desk."""

from tests.hotline.desk.conftest import count_statements, desk

__all__ = ["count_statements", "desk"]
