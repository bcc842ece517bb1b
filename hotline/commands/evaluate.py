"""`hotline evaluate`: how well it hears and understands."""

import click

from hotline.evaluation.speech import speech
from hotline.evaluation.text import text


@click.group()
def evaluate() -> None:
    """Measure on labelled files. 用标注数据评测"""


evaluate.add_command(text)
evaluate.add_command(speech)

COMMANDS = (evaluate,)
