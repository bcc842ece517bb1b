"""What happens on a call, in words."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from hotline.phone.steps import (
    Beep,
    Dialling,
    Ended,
    Listen,
    NothingHeard,
    Prompt,
    Recorded,
    Request,
    Step,
    WaitForKey,
)
from hotline.telephony.prompts import Prompts

# CallStatus in words.
STATUSES = {
    "completed": "通话结束",
    "busy": "占线",
    "no-answer": "无人接听",
    "failed": "通话出错",
    "canceled": "已取消",
}

# The questions of a campaign: their words are on the desk alone.
CAMPAIGN = "（专项征集的录音）"


def spoken(prompt: Prompt, prompts: Prompts) -> str:
    """The words of a recorded prompt; its file name when the manifest does not know it, as with an own voice."""
    if not prompt.url:
        return prompt.text
    path = PurePosixPath(urlsplit(prompt.url).path)
    if path.parent.parent.name == "campaign":
        return CAMPAIGN
    return prompts.text(path.stem) if path.stem in prompts.keys else path.stem


def described(step: Step, prompts: Prompts) -> str:
    """One line for the terminal and the page's log."""
    match step:
        case Prompt():
            return f"热线：{spoken(step, prompts)}"
        case Request():
            return f"交换机 → {urlsplit(step.url).path} {step.status}"
        case WaitForKey():
            return f"等按键 {step.seconds:g} 秒"
        case Beep():
            return "提示音"
        case Listen():
            return f"开始录音（最长 {step.seconds:g} 秒，静音 {step.silence:g} 秒结束）"
        case Recorded():
            return f"录到 {step.seconds:.1f} 秒"
        case NothingHeard():
            return "没有录到声音"
        case Dialling():
            return f"正在转接 {step.number}"
        case Ended():
            who = "来电人挂机" if step.by == "caller" else "热线挂机"
            return f"{who}，{STATUSES[step.status]}"
    return type(step).__name__
