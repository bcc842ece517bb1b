"""What can go wrong with a speech model, in words for the person who installs it."""


class SpeechModelError(Exception):
    """The text tells what happened and what to do, English and Chinese."""
