"""Rules as somebody saves them at the desk."""

from handling.scheme.editions import save_edition
from models import Role, User


def save(database, clock, text, base=0):
    with database.write() as session:
        author = session.query(User).first() or User(
            username="liu", name="刘统筹", role=Role.COORDINATOR, password_hash="-", created_at=clock.now()
        )
        session.add(author)
        save_edition(session, "chengbei", text, base=base, author=author, note="", now=clock.now())
