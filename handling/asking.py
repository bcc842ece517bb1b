"""A text that may answer something that we asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from handling.notices import queue_notice, reply_priority
from handling.residents import normal_number
from handling.scheme import Scheme
from models import Resident, Suggestion, Text

if TYPE_CHECKING:
    from nlp.understanding import Understanding

Understand = Callable[[str], "Understanding"]


@dataclass(frozen=True)
class Asking:
    """The text, who sent it, and everything that an answer to it needs. duty_phones: E.164."""

    session: Session
    scheme: Scheme
    resident: Resident
    text: Text
    understand: Understand
    now: datetime
    duty_phones: tuple[str, ...] = ()

    @property
    def phone(self) -> str | None:
        """The sender's, E.164."""
        return normal_number(self.text.from_number)

    def reply(
        self,
        template: str,
        variables: Mapping[str, Any] | None = None,
        *,
        suggestion: Suggestion | None = None,
        key: str = "",
    ) -> None:
        """The one answer to this text. key: for what must not be said again to another text either."""
        queue_notice(
            self.session,
            self.scheme,
            key=key or f"text:{self.text.id}",
            template=template,
            suggestion=suggestion,
            resident=self.resident,
            priority=reply_priority(self.text.received_at, self.now),
            variables=variables,
            now=self.now,
        )

    def reply_to_phone(
        self, template: str, variables: Mapping[str, Any], *, suggestion: Suggestion | None = None
    ) -> None:
        """To the telephone that we know as that of somebody at work, whatever its owner wants to hear as a
        resident."""
        queue_notice(
            self.session,
            self.scheme,
            key=f"text:{self.text.id}",
            template=template,
            suggestion=suggestion,
            to_number=self.phone,
            priority=reply_priority(self.text.received_at, self.now),
            variables=variables,
            now=self.now,
        )


@dataclass(frozen=True)
class OpenQuestion:
    """A question that waits for this resident. take: True when the text was its answer, and all is done."""

    asked_at: datetime
    take: Callable[[], bool]


Claimant = Callable[[Asking], OpenQuestion | None]
