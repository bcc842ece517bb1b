"""What a resident said, for others to read: without names, numbers and doors."""

import re

from nlp.callers import caller

# Whoever the words are about, nobody may be found by them.
_HIDDEN = (
    # telephones, identity cards, car plates
    (
        re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|0\d{2,3}[ -]?\d{7,8}|\d{7,}[xX]?"),
        "（号码）",
    ),
    (
        re.compile(r"[京津沪渝川贵云藏陕甘青宁新粤桂琼湘鄂豫赣皖苏浙闽鲁冀晋蒙辽吉黑][A-Z][·]?[A-Z0-9]{5,6}"),
        "（车牌）",
    ),
    # 3栋2单元502号, 十二栋三单元, 502室
    (
        re.compile(
            r"[\d一二三四五六七八九十零〇两百]+(?:栋|幢|座|号楼|单元)"
            r"(?:[\d一二三四五六七八九十零〇两百]+(?:单元|楼|层|栋))?"
            r"(?:[\d一二三四五六七八九十零〇两百]+(?:号|室|房|户)?)?"
            r"|\d{3,4}(?:室|号房|房)|\d+-\d+(?:-\d+)?"
        ),
        "（门牌）",
    ),
    # 老刘, 王婆婆, 李阿姨, 张师傅
    (
        re.compile(r"老[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭](?![人年了的是家])"),
        "（某人）",
    ),
    (
        re.compile(
            r"[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟]"
            r"(?:[\u4e00-\u9fff]{1,2})?(?:婆婆|大爷|孃孃|嬢嬢|阿姨|大妈|大娘|老师|师傅|嬢|哥|姐|先生|女士|主任|书记)"
        ),
        "（某人）",
    ),
)
LONGEST = 60


def public_quote(text: str, longest: int = LONGEST) -> str:
    """One line of at most `longest` characters. No rule knows every name: whoever publishes it reads it first."""
    named = caller(text)
    if named is not None:
        text = f"{text[: named.start]}（某人）{text[named.end :]}"
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
