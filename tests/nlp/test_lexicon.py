from pathlib import Path

import pytest

from nlp.lexicon import LexiconError, expand, load_lexicon
from nlp.understanding import Understander

DOMAINS = "fallback = '别的'\n[[entries]]\nvalue = '水电'\nstrong = '停水 停电'\n"


def test_the_default_taxonomy_has_the_domains_of_the_contract() -> None:
    lexicon = load_lexicon()
    assert lexicon.domains.fallback == "其他"
    assert [entry.value for entry in lexicon.domains.entries] == [
        "公共设施维护", "环境卫生", "安全隐患", "停车交通", "物业管理", "邻里纠纷",
        "养老助老", "医疗健康", "民政救助", "文体教育", "其他",
    ]  # fmt: skip
    domains = {entry.value for entry in lexicon.domains.entries}
    assert {entry.domain for entry in lexicon.emergency} <= domains


def test_another_taxonomy_is_a_folder_that_inherits_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "domains.toml").write_text(DOMAINS, encoding="utf-8")
    understander = Understander.load(tmp_path)
    assert understander.understand("我们这里停水了").domain == "水电"
    assert understander.understand("你好").domain == "别的"
    assert understander.understand("厨房着火了").ring == "119"


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("domains.toml", "fallback = ", "Invalid value"),
        ("domains.toml", "fallback = 'x'\nentries = []", "entries"),
        ("domains.toml", DOMAINS + "colour = 'red'\n", "colour"),
        ("domains.toml", DOMAINS + "usual = '{nobody}'\n", "line 5: entries.0.usual: .*nobody"),
        ("domains.toml", DOMAINS + "usual = '(a|b'\n", "line 5: .*cannot read"),
        ("domains.toml", DOMAINS + "rules = [\n'水',\n'{nobody} + 水']\n", "line 7: .*nobody"),
        ("domains.toml", DOMAINS + DOMAINS.split("\n", 1)[1], "listed twice"),
        ("emergency.toml", "[[entries]]\nvalue = 'x'\nring = '911'\n", "line 3: .*ring"),
        ("guards.toml", "[[guards]]\nname = 'x'\nwords = 'a'\nside = 'under'\n", "line 4: .*side"),
        ("guards.toml", "[[guards]]\nname = 'x'\nwords = '(a'\nside = 'before'\n", "line 3: .*cannot read"),
        ("guards.toml", "masks = '{nobody}'\n", "line 1: masks: .*nobody"),
        ("concepts.toml", "[concepts]\n'人' = 'a'\n\"物\" = '{nobody}'\n", "line 3: .*nobody"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_reason(
    tmp_path: Path, file: str, content: str, reason: str
) -> None:
    (tmp_path / "domains.toml").write_text(DOMAINS, encoding="utf-8")
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError, match=reason) as caught:
        load_lexicon(tmp_path)
    assert file in str(caught.value)


def test_a_taxonomy_of_the_community_lies_in_its_home(tmp_path: Path) -> None:
    own = tmp_path / "lexicon" / "ours"
    own.mkdir(parents=True)
    (own / "domains.toml").write_text(DOMAINS, encoding="utf-8")
    assert Understander.load("ours", home=tmp_path).understand("停电了").domain == "水电"


def test_a_danger_belongs_to_no_domain_that_the_taxonomy_lacks(tmp_path: Path) -> None:
    (tmp_path / "domains.toml").write_text(DOMAINS, encoding="utf-8")
    assert Understander.load(tmp_path).understand("厨房着火了").domain == "别的"


def test_an_unknown_taxonomy_names_those_that_exist() -> None:
    with pytest.raises(LexiconError, match="default"):
        load_lexicon("petitions-of-mars")


def test_templates_stand_for_all_their_words() -> None:
    concepts = {"人": "老人 (大|小)孩"}
    assert set(expand("{人}(喊|叫)不(答应|)", concepts)) == {
        f"{who}{call}不{end}"
        for who in ("老人", "大孩", "小孩")
        for call in "喊叫"
        for end in ("答应", "")
    }  # fmt: skip


def test_a_template_that_explodes_is_refused() -> None:
    with pytest.raises(ValueError, match="words"):
        expand("(a|b|c|d|e|f|g|h)" * 5, {})
