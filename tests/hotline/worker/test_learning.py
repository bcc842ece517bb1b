"""The worker learns new words while it runs."""

from handling.lexicon_versions import save_version
from hotline.worker.context import WorkerContext
from hotline.worker.learning import reload_words
from models import Role, User
from nlp.lexicon.additions import Addition
from tests.passwords import HASH


def test_a_new_version_is_used_without_a_restart(context: WorkerContext) -> None:
    said = "有个猫儿坨坨"
    before = context.understander
    reload_words(context)
    assert context.understander is before
    with context.database.write() as session:
        author = User(
            username="liu",
            name="刘统筹",
            role=Role.COORDINATOR,
            password_hash=HASH,
            created_at=context.clock.now(),
        )
        session.add(author)
        word = Addition("domain", "环境卫生", "猫儿坨坨", 3)
        save_version(session, [word], base=0, author=author, note="", now=context.clock.now())
    assert context.understander.understand(said).domain != "环境卫生"
    reload_words(context)
    assert context.understander.understand(said).domain == "环境卫生"
