"""Speech models under HOTLINE_HOME/speech_models: which there are, which one is used, installing and checking."""

from hotline.speech_models.errors import SpeechModelError
from hotline.speech_models.manager import (
    InstalledModel,
    check,
    chosen,
    ensure_some_model,
    install,
    installed,
    remove,
    resolve,
    use,
)

__all__ = [
    "InstalledModel",
    "SpeechModelError",
    "check",
    "chosen",
    "ensure_some_model",
    "install",
    "installed",
    "remove",
    "resolve",
    "use",
]
