"""The worker goes on by the rules that the desk saved."""

from hotline.worker.learning import reload_rules
from tests.hotline.editions import save


def test_the_worker_takes_a_new_edition_up_and_lets_it_go_again(context, clock):
    before = context.scheme
    save(context.database, clock, '[[levels]]\ncode = "A"\nworking_days = 7\n')
    reload_rules(context)
    assert context.scheme.level("A").working_days == 7
    save(context.database, clock, "", base=1)
    reload_rules(context)
    assert context.scheme == before
