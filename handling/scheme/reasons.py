"""Why a scheme is refused, in Chinese, for those who write it on the desk or in a file."""

import re

from handling.scheme import DESK
from handling.scheme.merge import SchemeError

# The reasons of the checks, of the merge and of pydantic. What stands in “” is taken over.
_REASONS: tuple[tuple[str, str], ...] = (
    (r"not TOML: (.*)", r"TOML 写得不对（\1）"),
    (r"cannot be read: (.*)", r"读不出来（\1）"),
    (r"extends: a scheme of its own needs a name", "写了 extends 就要写 name：这是另一套流程，不再铺在文件上面"),
    (r"extends itself: (.*)", r"自己引用了自己：\1"),
    (r"extends “(.+?)”: (?:there is no file|no such scheme).*", r"没有“\1”这套流程"),
    (r"there is no “(.+)” to remove", r"没有“\1”，去不掉"),
    (r"“(.+)” is there twice", r"“\1”写了两次"),
    (r"no station tier “(.+)”", r"没有“\1”这一级征集点"),
    (r"no station “(.+)” above this one in the file", r"文件里这个征集点上面没有“\1”"),
    (r"no station “(.+)”", r"没有征集点“\1”"),
    (r"no tier “(.+)”", r"没有“\1”这一级人员"),
    (r"no level is proposed for “(.+)”", r"没有写“\1”建议定哪一级"),
    (r"no level “(.+)”", r"没有级别“\1”"),
    (r"no step “(.*)” after the first", r"第一步以后没有步骤“\1”"),
    (r"no step “(.+)”", r"没有步骤“\1”"),
    (r"no notice “(.+)”", r"没有短信用语“\1”"),
    (r"the notice “(.+)” is missing", r"缺少短信用语“\1”"),
    (r"supervision needs the notice “(.+)”", r"督办要用短信用语“\1”，还没有写"),
    (r"no points rule “(.+)”", r"没有积分规则“\1”"),
    (r"no event “(.+)”", r"没有“\1”这件事"),
    (r"no domain “(.+)”", r"没有领域“\1”"),
    (r"no choice “(.+)”", r"没有选项“\1”"),
    (r"no deliberation “(.+)”", r"没有“\1”这种议事"),
    (r"no token “(.+)”", r"电话里没有“\1”这个词"),
    (r"no variable “(.+)”", r"这条短信里不能写“\1”"),
    (r"the variable “(.+)” is missing", r"少了“\1”，没有它，收到短信的人不知道怎么办"),
    (r"braces: .*", "花括号没有成对"),
    (r"a link in an SMS", "短信里不能有网址"),
    (
        r"(\d+) units without its variables; (\d+) segment\(s\) hold (\d+)",
        r"不算花括号里的内容已有 \1 个字，\2 条短信最多 \3 个字",
    ),
    (r"“(.+)” names an event of the engine", r"“\1”是系统自己用的名字，请换一个"),
    (r"publishes, but no field sets the feedback", "要公示，可是没有填“反馈”的一栏"),
    (r"choices belong to the type “choice”, and it needs them", "choice 类型要写 choices，别的类型不写"),
    (r"factors belong to the type “product”, and it needs them", "product 类型要写 factors，别的类型不写"),
    (r"no field “(.+)” above the product", r"乘积上面没有“\1”这一栏"),
    (r"no field “(.+)” of the same type above", r"上面没有同样类型的“\1”一栏"),
    (r"“(.+)” is no number", r"“\1”不是数字"),
    (r"a field that (?:sets|records) “(.+)” has the type “(.+)”", r"填“\1”的一栏要用 \2 类型"),
    (r"“(.+)” already means something in every notice", r"“\1”在短信用语里已有别的意思，请换一个"),
    (r"the first step needs the action “(.+)” with page = \"review\"", r"第一步要有 page = \"review\" 的“\1”"),
    (r"“confirm” leads nowhere: next is missing", "“confirm”要写 next：核对以后到哪一步"),
    (r"no action leads to the step “(.+)”", r"没有哪一步能走到“\1”"),
    (r"no way leads from “(.+)” to an action with state = \"done\"", r"从“\1”走不到办结"),
    (r"“(.+)” is no value of a case or an action", r"单子上没有“\1”可以填"),
    (r"no action “(.+)” of this step leads to another", r"这一步没有通往别处的“\1”"),
    (r"“(.+)” is not two to six Chinese characters", r"“\1”要写二到六个汉字"),
    (r"“(.+)” means another action of this step", r"“\1”在这一步已是别的意思"),
    (r"a text may be forged: .*", "短信可能是冒充的，这件事只能在网页上办"),
    (r"“(.+)” does not stand above the stage before", r"“\1”要比前一级高"),
    (r"(?:Value error, )?“(.+)” is no share between 0 and 1", r"“\1”不是 0 到 1 之间的比例"),
    (r"(?:Value error, )?one time limit: .*", "时限只能写一种：工作日、小时或工作小时"),
    (r"(?:Value error, )?a time limit is missing: .*", "缺少时限：工作日、小时或工作小时"),
    (r"(?:Value error, )?yellow comes before red", "先黄后红：黄灯的界限要比红灯宽"),
    (r"(?:Value error, )?grades stand best first, and the last begins at 0", "等级从高到低写，最后一级从 0 开始"),
    (r"(?:Value error, )?the weights are (\S+) together, not (\S+)", r"权重合计是 \1，应当是 \2"),
    (r"Field required", "缺了这一项"),
    (r"Extra inputs are not permitted", "没有这个词，请看有没有写错"),
    (r"Input should be a valid (?:integer|number).*", "要写数字"),
    (r"Input should be a valid string", "要写文字"),
    (r"Input should be a valid boolean.*", "要写 true 或 false"),
    (r"Input should be in a valid time format.*", "时间写成 09:00:00 的样子"),
    (r"Input should be a valid (?:tuple|list).*", "要写成一列：[ ... ]"),
    (r"Input should be greater than or equal to (\S+)", r"不能小于 \1"),
    (r"Input should be greater than (\S+)", r"要大于 \1"),
    (r"Input should be less than or equal to (\S+)", r"不能大于 \1"),
    (r"Input should be (.+)", r"只能写 \1"),
    (r"String should have at most (\d+) characters?", r"最多 \1 个字"),
    (r"String should match pattern .*", "写法不对"),
    (r"Tuple should have at least (\d+) items?.*", r"至少要有 \1 个"),
)
_PATTERNS = tuple((re.compile(english, re.DOTALL), chinese) for english, chinese in _REASONS)


def reason_in_chinese(reason: str) -> str:
    """The reason of a SchemeError without the key before it; as it is, where nobody translated it."""
    for pattern, chinese in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return found.expand(chinese)
    return reason


def explained(error: SchemeError) -> str:
    """ "第 4 行 levels[1].tier：没有“mayor”这一级人员"; a mistake in the file below names the file."""
    key, colon, rest = error.reason.partition(": ")
    is_key = bool(colon) and re.fullmatch(r"[\w.\[\]]+", key) is not None and key != "extends"
    where = f"{error.file} " if not is_of_desk(error) else ""
    line = f"第 {error.line} 行 " if error.line else ""
    if not is_key or reason_in_chinese(error.reason) != error.reason:
        return f"{where}{line}".strip() + f"：{reason_in_chinese(error.reason)}"
    return f"{where}{line}{key}：{reason_in_chinese(rest)}"


def is_of_desk(error: SchemeError) -> bool:
    """Whether the mistake is in the text that was written on the desk."""
    return error.file.rpartition("/")[2] == DESK
