"""The rules as the desk edits them: what wins over the file, and what happens when the file changes below."""

import pytest

from handling.scheme import SchemeError, load_scheme
from handling.scheme.editions import StaleScheme, edition_number, in_force, save_edition, scheme_in_force
from models import SchemeVersion, Unit

LONGER = '[[levels]]\ncode = "A"\nworking_days = 2\n'


def save(session, people, clock, text, base=0, ground="chengbei"):
    return save_edition(session, ground, text, base=base, author=people.coordinator, note="试", now=clock.now())


def test_without_an_edition_the_file_is_in_force(session):
    assert in_force(session, "jintu").scheme == load_scheme("jintu")
    assert in_force(session, "jintu").number == 0


def test_an_edition_wins_key_by_key_over_the_file(session, people, clock):
    save(session, people, clock, LONGER)
    scheme, before = scheme_in_force(session, "chengbei"), load_scheme("chengbei")
    assert (scheme.level("A").working_days, scheme.level("A").hours) == (2, None)
    assert scheme.level("A").name == before.level("A").name
    assert (scheme.name, scheme.steps, scheme.levels[1:]) == (before.name, before.steps, before.levels[1:])


def test_a_text_with_a_name_takes_the_place_of_the_file(session, people, clock):
    save(session, people, clock, 'name = "heping"\ntitle = "和平"\nextends = "minimal"\n')
    scheme, minimal = scheme_in_force(session, "chengbei"), load_scheme("minimal")
    assert (scheme.name, scheme.steps) == ("heping", minimal.steps)


def test_an_edition_without_text_goes_back_to_the_file(session, people, clock):
    save(session, people, clock, LONGER)
    save(session, people, clock, "  \n", base=1)
    assert scheme_in_force(session, "chengbei") == load_scheme("chengbei")
    assert edition_number(session) == 2


def test_a_mistake_is_found_at_its_line_and_nothing_is_saved(session, people, clock):
    with pytest.raises(SchemeError) as refused:
        save(session, people, clock, '# ours\n[[levels]]\ncode = "A"\ntier = "mayor"\n')
    assert (refused.value.file.endswith("desk"), refused.value.line) == (True, 4)
    with pytest.raises(SchemeError, match="a scheme of its own needs a name"):
        save(session, people, clock, 'extends = "minimal"\n')
    assert edition_number(session) == 0


def test_who_saw_an_older_edition_is_told_so(session, people, clock):
    save(session, people, clock, LONGER)
    with pytest.raises(StaleScheme):
        save(session, people, clock, "", base=0)


def test_a_file_that_no_longer_fits_leaves_the_kept_rules_in_force(session, people, clock, tmp_path):
    ground = tmp_path / "ours.toml"
    ground.write_text('name = "ours"\ntitle = "t"\nextends = "minimal"\n[[channels]]\ncode = "box"\nname = "箱"\n')
    save(session, people, clock, '[[channels]]\ncode = "box"\nremove = true\n', ground=str(ground))
    kept = scheme_in_force(session, str(ground))
    ground.write_text('name = "ours"\ntitle = "t"\nextends = "minimal"\n')
    found = in_force(session, str(ground))
    assert found.scheme == kept
    assert "channels" in found.fault
    ground.unlink()
    assert in_force(session, str(ground)).scheme == kept


def test_the_version_of_an_edition_remembers_who_wrote_it(session, people, clock):
    edition = save(session, people, clock, LONGER)
    version = session.get_one(SchemeVersion, edition.version_id)
    assert version.author_id == people.coordinator.id
    assert version.digest == scheme_in_force(session, "chengbei").digest


def test_a_new_unit_is_there_from_now_on(session, people, clock):
    save(session, people, clock, '[[units]]\ncode = "water"\nname = "自来水公司"\nkind = "partner"\n')
    assert session.query(Unit).filter_by(code="water").one().name == "自来水公司"
