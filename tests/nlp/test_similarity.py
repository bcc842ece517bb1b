"""The same matter, told by several residents."""

import numpy as np
import pytest

from nlp.similarity import likeness, likeness_table, shared_passages


def test_the_same_matter_is_recognised_among_others_also_when_misheard() -> None:
    others = [
        "天福苑二栋的下水道堵了，污水都漫出来了",
        "楼上半夜打麻将，吵得睡不着",
        "公交车站没得座椅",
        "天福苑的路灯坏了",
    ]
    for text in ("天福苑下水道又堵起了，臭得很", "田福院下睡道又赌起了"):
        scores = likeness(text, others)
        assert scores[0] > 0.2
        assert scores.argmax() == 0
    assert likeness("我想学书法", others).max() < 0.1
    assert likeness("", others).max() == 0
    assert likeness("天福苑", []).shape == (0,)


def test_what_two_reports_share_is_named_also_when_it_only_sounds_the_same() -> None:
    shared, heard = shared_passages("天福苑下水道又堵起了", "天福苑二栋的下水道堵了")
    assert "下水道" in shared
    assert heard == ()
    shared, heard = shared_passages("喂你好，下睡道堵了", "喂你好，下水道坏了")
    assert shared == ()
    assert heard == (("下睡道", "下水道"),)


def test_a_table_says_what_one_text_against_the_others_says() -> None:
    common = [f"{matter}从昨天起停水到现在没有人管" for matter in ("一栋", "锦绣花园", "菜市场", "幼儿园") * 7]
    texts = [*common, "楼道的灯坏了好几天", "楼道灯又坏了看不见", "", "停车没有地方", "停水了"]
    table = likeness_table(texts)
    for place, text in enumerate(texts):
        others = texts[:place] + texts[place + 1 :]
        assert np.delete(table[place], place) == pytest.approx(likeness(text, others), abs=1e-5)
    assert table[0, 4] == pytest.approx(1)
    assert likeness_table([]).shape == (0, 0)
