import csv
import random
import time
from pathlib import Path

import pytest
from sklearn.metrics import f1_score

from nlp.lexicon import load_lexicon
from nlp.phonetics import sound
from nlp.understanding import Understander

Row = dict[str, str]


def rows() -> list[Row]:
    with (Path(__file__).parent / "utterances.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def homophones() -> dict[str, list[str]]:
    """Characters of the development texts and the lexicon by their sound, for garbling as a recogniser does."""
    lexicon = load_lexicon()
    text = "".join(row["text"] for row in rows()) + "".join(lexicon.wording)
    text += "".join(entry.strong + entry.usual for entry in (*lexicon.domains.entries, *lexicon.emergency))
    by_sound: dict[str, list[str]] = {}
    for character in sorted(set(text)):
        if "一" <= character <= "鿿":
            by_sound.setdefault(sound(character), []).append(character)
    return by_sound


def garbled(text: str, by_sound: dict[str, list[str]], share: float = 0.15) -> str:
    chance = random.Random(text)
    return "".join(
        chance.choice(by_sound.get(sound(character), [character])) if chance.random() < share else character
        for character in text
    )


def share(hits: int, total: int) -> float:
    return hits / total


def test_emergencies_of_the_development_set_are_found_and_nothing_else(understander: Understander) -> None:
    emergencies = [row for row in rows() if row["urgency"] == "emergency"]
    others = [row for row in rows() if row["urgency"] != "emergency"]
    found = [row for row in emergencies if understander.understand(row["text"]).ring == row["ring"]]
    false = [row["text"] for row in others if understander.understand(row["text"]).urgency == "emergency"]
    assert share(len(found), len(emergencies)) >= 0.95
    assert share(len(false), len(others)) <= 0.03, false


def test_emergencies_survive_a_recogniser_that_mishears(understander: Understander) -> None:
    by_sound = homophones()
    emergencies = [row for row in rows() if row["urgency"] == "emergency"]
    others = [row for row in rows() if row["urgency"] != "emergency"]
    found = [
        r for r in emergencies if understander.understand(garbled(r["text"], by_sound)).urgency == "emergency"
    ]
    false = [r for r in others if understander.understand(garbled(r["text"], by_sound)).urgency == "emergency"]
    assert share(len(found), len(emergencies)) >= 0.85
    assert share(len(false), len(others)) <= 0.03


@pytest.mark.parametrize(("mishear", "domain", "urgency"), [(False, 0.85, 0.9), (True, 0.75, 0.85)])
def test_domain_and_urgency_are_mostly_right(
    understander: Understander, mishear: bool, domain: float, urgency: float
) -> None:
    by_sound = homophones()
    right_domain = right_urgency = 0
    for row in rows():
        understood = understander.understand(garbled(row["text"], by_sound) if mishear else row["text"])
        right_domain += understood.domain == row["domain"]
        right_urgency += understood.urgency == row["urgency"]
    assert share(right_domain, len(rows())) >= domain
    assert share(right_urgency, len(rows())) >= urgency


def sentences(name: str) -> list[Row]:
    path = Path(__file__).parents[1] / "data" / "utterances" / f"{name}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize(
    ("column", "recall", "domain", "urgency"), [("text", 0.95, 0.85, 0.8), ("garbled", 0.85, 0.75, 0.7)]
)
@pytest.mark.parametrize("names", [["dev"], ["examiner_1", "examiner_2"]])
def test_sentences_of_somebody_else_are_understood(
    understander: Understander, names: list[str], column: str, recall: float, domain: float, urgency: float
) -> None:
    understood = [(row, understander.understand(row[column])) for name in names for row in sentences(name)]
    danger = [answer.urgency == "emergency" for row, answer in understood if row["urgency"] == "emergency"]
    alarms = [answer.urgency == "emergency" for row, answer in understood if row["urgency"] != "emergency"]
    assert share(sum(danger), len(danger)) >= recall
    assert share(sum(alarms), len(alarms)) <= 0.03
    assert share(sum(a.domain == row["domain"] for row, a in understood), len(understood)) >= domain
    pairs = [(row["urgency"], answer.urgency) for row, answer in understood]
    assert f1_score(*zip(*pairs, strict=True), average="macro") >= urgency


def test_several_matters_are_all_named_and_the_danger_leads(understander: Understander) -> None:
    understood = understander.understand("楼道灯坏了，垃圾也没人清，对了我老伴晕倒在厕所了")
    assert understood.domain == "医疗健康"
    assert {"公共设施维护", "环境卫生"} <= {value for value, _ in understood.matters}


@pytest.mark.parametrize(
    "text", ["".join(row["text"] for row in sentences("dev"))[:2000], "他说是假的真的没有骗人" * 180]
)
def test_a_long_text_takes_no_noticeable_time(understander: Understander, text: str) -> None:
    before = time.process_time()
    understander.understand(text)
    assert time.process_time() - before < 0.4


@pytest.mark.parametrize(
    ("text", "ring"),
    [
        ("老人喊不答应", "120"),
        ("心口痛", "120"),
        ("有人站在楼顶", "110"),
        ("泡在水里的插板", "120"),
        ("屋头一股臭鸡蛋味", "119"),
        ("放火炮炸伤了手指拇", "120"),
    ],
)
def test_danger_is_heard_without_the_obvious_word(understander: Understander, text: str, ring: str) -> None:
    understood = understander.understand(text)
    assert (understood.urgency, understood.ring) == ("emergency", ring)


@pytest.mark.parametrize(
    "text",
    [
        "没有着火",
        "我去年晕倒过",
        "万一着火了怎么跑得脱",
        "火锅店的生意火得很",
        "物业硬是把我气死了",
        "昨天电视上说哪里又发生火灾了",
        "下周消防演练，教大家着火了怎么办",
        "上个月隔壁失火，已经扑灭了",
        "外墙瓷砖掉下来，差点砸到人",
        "跳楼价大甩卖的喇叭吵得很",
    ],
)
def test_words_of_danger_without_danger_ring_nobody(understander: Understander, text: str) -> None:
    understood = understander.understand(text)
    assert understood.urgency != "emergency"
    assert understood.ring == ""


def test_what_happens_now_counts_although_something_happened_before(understander: Understander) -> None:
    assert understander.understand("以前从来没晕过，今天突然晕倒在厕所了").ring == "120"
    assert understander.understand("去年装的插板，现在着火了").ring == "119"


@pytest.mark.parametrize(
    ("text", "ring"),
    [
        ("不是演习，真的着火了", "119"),
        ("没有骗你，真的有人跳楼", "110"),
        ("不是开玩笑的，我老伴真的晕倒了", "120"),
        ("不是我家，是对门那家着火了", "119"),
        ("没有人摔倒，是有人跳楼了", "110"),
    ],
)
def test_what_is_denied_hides_no_danger(understander: Understander, text: str, ring: str) -> None:
    understood = understander.understand(text)
    assert (understood.urgency, understood.ring) == ("emergency", ring)


@pytest.mark.parametrize(
    "text", ["明天是不是演习要放烟雾", "没有人受伤，就是路灯被车撞断了", "不是着火，是在熏腊肉"]
)
def test_what_is_asked_or_harmless_after_a_denial_rings_nobody(understander: Understander, text: str) -> None:
    assert understander.understand(text).ring == ""


@pytest.mark.parametrize(
    ("text", "ring"),
    [
        ("是不是煤气漏了哦，屋头臭得很，脑壳昏", "119"),
        ("会不会是天然气漏了嘛，厨房头味道冲得很，我脑壳痛", "119"),
        ("我头晕，想吐，是不是煤气漏了哦", "119"),
        ("不晓得是不是着火了，反正楼上烟子大得很", "119"),
        ("不知道是不是着火了，反正楼上浓烟滚滚", "119"),
        ("莫不是煤气漏了哦，一屋人都脑壳昏想吐", "119"),
        ("屋头煤气漏了，臭得很，该打哪个电话", "119"),
        ("是不是中风了哦，他嘴巴歪了，话都说不清", "120"),
        ("不知道是不是中风，我爸嘴歪了，右手抬不起来", "120"),
        ("要是再不来人，他就要跳了", "110"),
        ("要是还不来人，那个女娃子就要从楼顶跳了", "110"),
        ("再不给我解决我就不活了", "110"),
        ("如果你们再不管，我就喝农药", "110"),
        ("要是再不管我，我就死给你们看", "110"),
        ("要是再不来，他就要砍人了", "110"),
    ],
)
def test_doubt_or_a_threat_told_first_hides_no_danger(understander: Understander, text: str, ring: str) -> None:
    understood = understander.understand(text)
    assert (understood.urgency, understood.ring) == ("emergency", ring)


@pytest.mark.parametrize(
    "text",
    [
        "要是着火了咋个办",
        "煤气漏了该打哪个电话",
        "着火了应该打哪个号码",
        "会不会着火哦，那个插座用了好多年了",
        "是不是下水道漏了，屋头臭得很",
        "是不是要着火了才有人管嘛，楼道堆满了纸壳子",
        "要是再不来修，我就要投诉了",
        "再不下雨，我种的花都要死了",
        "要是天气好，我们就去跳坝坝舞",
        "上次是误报，今天真的谢谢消防员跑一趟",
        "上次是真的着火了，这次是假的",
    ],
)
def test_doubt_and_conditions_alone_ring_nobody(understander: Understander, text: str) -> None:
    assert understander.understand(text).ring == ""


@pytest.mark.parametrize(
    ("text", "ring"),
    [
        ("上次是假的，这次是真的着火了", "119"),
        ("前几天是误报，今天是真的冒烟了，烟子大得很", "119"),
        ("昨天是演习，今天是真的着火了", "119"),
        ("刚才那个是误会，但是现在真的烧起来了", "119"),
        ("上回是装的，这回是真的晕倒了", "120"),
        ("上次他是说起耍的，这次真的要跳楼了", "110"),
        ("不是假的，真的有人落水了", "119"),
        ("不是冒烟，是着火了", "119"),
        ("不是喝醉了，是晕倒了，喊不答应", "120"),
        ("不是吵架，是动刀了", "110"),
        ("不是烧秸秆，是房子着火了", "119"),
        ("不是闹着玩，娃儿真的掉井里了", "119"),
    ],
)
def test_what_was_none_before_is_one_now(understander: Understander, text: str, ring: str) -> None:
    understood = understander.understand(text)
    assert (understood.urgency, understood.ring) == ("emergency", ring)


@pytest.mark.parametrize(
    "text",
    [
        "狗把我孙女的脸咬烂了",
        "狗把我屋娃儿的耳朵咬烂了",
        "狗把他的手咬穿了",
        "咬烂了我孙儿的脸，那条狗还没拴",
        "他的手指头都掉了",
        "手指头遭门夹断了",
        "我老公的手遭机器绞断了",
        "开水把娃儿的脸烫烂了",
        "锅头的油泼出来把我手烫脱皮了",
        "火把他的手烧烂了",
        "石头把他脑壳砸烂了",
        "火炮炸了，炸瞎了他的眼睛",
        "高压锅爆了，把我妈的脸炸烂了",
    ],
)
def test_a_torn_or_burnt_body_needs_120(understander: Understander, text: str) -> None:
    understood = understander.understand(text)
    assert (understood.urgency, understood.ring) == ("emergency", "120")


@pytest.mark.parametrize(
    "text",
    [
        "群里炸了锅",
        "家长群都炸了，食堂涨价",
        "院子头一下炸开了锅",
        "我头发炸了",
        "头发遭烫炸了，理发店不退钱",
        "理发店把我头发烫焦了",
        "“着火了”三个字怎么写",
        "着火了三个字咋个写",
        "“跳楼”这个词用英语怎么说",
        "狗把我的鞋子咬烂了",
        "手机压烂了，哪里有修的",
        "快递被压烂了",
        "椅子腿夹断了",
    ],
)
def test_figures_of_speech_words_and_things_ring_nobody(understander: Understander, text: str) -> None:
    assert understander.understand(text).ring == ""


def test_a_figure_of_speech_hides_no_danger(understander: Understander) -> None:
    assert understander.understand("群里炸了锅，三楼着火了").ring == "119"


@pytest.mark.parametrize(
    ("text", "ring"), [("臭鸡蛋味", "119"), ("心脏不跳了", "120"), ("发生火灾", "119"), ("没有脉搏了", "120")]
)
def test_a_word_of_danger_said_alone_is_enough(understander: Understander, text: str, ring: str) -> None:
    understood = understander.understand(text)
    assert (understood.urgency, understood.ring) == ("emergency", ring)


def test_a_misheard_word_says_what_it_was_taken_for(understander: Understander) -> None:
    understood = understander.understand("厨房早火了快来人")
    assert understood.ring == "119"
    assert any(e.kind == "emergency" and e.note.startswith("听成: ") for e in understood.evidence)


def test_evidence_points_at_the_words_of_the_original(understander: Understander) -> None:
    for row in rows():
        understood = understander.understand(row["text"])
        assert understood.text == row["text"]
        for item in (*understood.evidence, *understood.places):
            word = item.word if hasattr(item, "word") else item.text
            assert row["text"][item.start : item.end] == word != ""


def test_the_same_text_gives_the_same_answer_from_another_understander(understander: Understander) -> None:
    other = Understander.load()
    for row in rows()[::7]:
        assert other.understand(row["text"]).to_json() == understander.understand(row["text"]).to_json()


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "🔥🔥🔥", "a" * 20000, "ＡＢＣ１２３", "İstanbul ß ǅ", "\ud800", "救" * 3000]
)
def test_any_text_is_survived(understander: Understander, text: str) -> None:
    understood = understander.understand(text)
    assert understood.text == text
    assert understood.urgency in {"emergency", "urgent", "normal", "planning"}
    assert set(understood.to_json()) == {
        "text", "standard_text", "domain", "demand_type", "urgency", "ring", "evidence", "places",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "demand_type"),
    [
        ("请问办残疾证要什么材料", "咨询"),
        ("我们院子的路灯坏了，大家晚上都不敢出门", "公共利益关联型"),
        ("我想申请低保，我一个人没得收入", "个人诉求型"),
        ("我要投诉物业，反映好多次都没人管", "投诉"),
        ("感谢社区帮我们修好了路灯", "表扬感谢"),
    ],
)
def test_kinds_of_demand(understander: Understander, text: str, demand_type: str) -> None:
    assert understander.understand(text).demand_type == demand_type


@pytest.mark.parametrize(
    "text",
    [
        "我们院坝头的路灯不亮了，煤气味也好大",
        "路灯坏了半个月都没人管。煤气味道好大",
        "想问一下老年食堂好久开，还有就是我老伴晕倒了喊不答应",
    ],
)
def test_an_everyday_matter_told_first_hides_no_danger(understander: Understander, text: str) -> None:
    assert understander.understand(text).urgency == "emergency"
