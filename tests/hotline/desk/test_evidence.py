"""The machine's reasons where they stand in the text."""

from hotline.desk.evidence import MOST_REASONS, pieces_of, reasons_by_word, reasons_of


def item(
    word: str, start: int, *, kind: str = "domain", value: str = "安全隐患", weight: float = 3, note: str = ""
) -> dict[str, object]:
    end = start + len(word)
    return {"kind": kind, "value": value, "word": word, "start": start, "end": end, "weight": weight, "note": note}


def test_overlapping_words_are_cut_and_each_piece_knows_all_its_reasons() -> None:
    evidence = [item("电线着火", 0), item("着火了", 2, kind="urgency", value="urgent")]
    pieces = pieces_of({"text": "电线着火了啊", "evidence": evidence})
    assert [(piece.text, piece.reason) for piece in pieces] == [
        ("电线", "领域是安全隐患"),
        ("着火", "领域是安全隐患；紧急程度是急"),
        ("了", "紧急程度是急"),
        ("啊", ""),
    ]


def test_no_character_is_lost_even_when_an_evidence_reaches_beyond_the_text() -> None:
    pieces = pieces_of({"text": "路灯坏了", "evidence": [item("坏了好久", 2)]})
    assert "".join(piece.text for piece in pieces) == "路灯坏了"


def test_without_evidence_there_is_nothing_to_show() -> None:
    assert pieces_of({}) == []
    assert reasons_of({"text": "喂"}) == []


def test_a_word_is_listed_once_with_everything_that_it_says() -> None:
    evidence = [item("怕", 0, weight=1), item("着火", 1), item("着火", 1, kind="emergency", value="119")]
    reasons = reasons_of({"text": "怕着火", "evidence": evidence})
    assert [(r.word, r.reason) for r in reasons] == [
        ("着火", "领域是安全隐患；危险是119"),
        ("怕", "领域是安全隐患"),
    ]


def test_a_misheard_word_tells_what_it_was_taken_for() -> None:
    (reason,) = reasons_of({"text": "煤七", "evidence": [item("煤七", 0, note="听成: 煤气")]})
    assert reason.reason == "领域是安全隐患（听成: 煤气）"


def test_only_the_heaviest_words_are_listed() -> None:
    evidence = [item(f"词{i}", 0, weight=i) for i in range(10)]
    words = [reason.word for reason in reasons_of({"text": "词词", "evidence": evidence})]
    assert words == [f"词{i}" for i in range(9, 9 - MOST_REASONS, -1)]


def test_each_word_of_a_transcript_has_its_reason_although_the_text_has_marks_and_digits() -> None:
    understanding = {
        "text": "3栋2单元，有煤气味。",
        "evidence": [
            {"kind": "domain", "value": "安全隐患", "word": "煤气味", "start": 7, "end": 10, "weight": 3.0}
        ],
    }
    words = ["三栋", "二", "单元", "有", "煤气", "味"]
    assert reasons_by_word(understanding, words) == ["", "", "", "", "领域是安全隐患", "领域是安全隐患"]
    assert reasons_by_word({}, ["有"]) == [""]
