"""What the desk changes is taken up by processes that are running already, and by those that start later."""

import threading

from hotline.app import create_app
from hotline.in_force import keep_up, take_up
from hotline.settings import Settings
from tests.hotline.editions import save


def days(app):
    return app.extensions["hotline"].scheme.level("A").working_days


def test_a_running_web_process_takes_a_new_edition_up_and_lets_it_go_again(app, database, clock):
    before = days(app)
    save(database, clock, '[[levels]]\ncode = "A"\nworking_days = 7\n')
    take_up(app)
    assert days(app) == 7
    save(database, clock, "", base=1)
    take_up(app)
    assert days(app) == before != 7


def test_a_process_that_starts_later_has_it_too(app, database, clock, settings: Settings):
    save(database, clock, '[[levels]]\ncode = "A"\nworking_days = 7\n')
    later = create_app(settings, clock)
    assert days(later) == 7
    later.extensions["hotline"].database.close()


def test_the_watch_takes_it_up_by_itself_and_survives_an_error(app, database, clock, monkeypatch, caplog):
    stop, looks = threading.Event(), []

    def fails_first(app):
        looks.append(1)
        if len(looks) == 1:
            raise OSError("the database is away")
        take_up(app)
        stop.set()

    monkeypatch.setattr("hotline.in_force.SECONDS", 0.01)
    monkeypatch.setattr("hotline.in_force.take_up", fails_first)
    save(database, clock, '[[levels]]\ncode = "A"\nworking_days = 7\n')
    keep_up(app, stop)
    assert days(app) == 7
    assert "could not be read" in caplog.text
