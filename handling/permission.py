"""What a person may do with a case now, and why not."""

from sqlalchemy.orm import object_session

from handling.assignment import serves
from handling.assistance import help_missing
from handling.needs import unmet_need
from handling.scheme import Action, Scheme
from handling.scheme.versions import scheme_of
from models import Role, Suggestion, SuggestionState, User


def actions_for(scheme: Scheme, suggestion: Suggestion, user: User) -> list[Action]:
    """What this person may do with the case now, in the scheme's order."""
    return [action for action, reason in _judged(scheme, suggestion, user) if not reason]


def blocked_actions(scheme: Scheme, suggestion: Suggestion, user: User) -> list[tuple[Action, str]]:
    """What this person could do if something else were done first, with the reason in Chinese."""
    return [
        (action, reason)
        for action, reason in _judged(scheme, suggestion, user)
        if reason and not _barred(suggestion, user, action)
    ]


def _judged(scheme: Scheme, suggestion: Suggestion, user: User) -> list[tuple[Action, str]]:
    scheme = scheme_of(object_session(suggestion), suggestion, scheme)
    step = scheme.find_step(suggestion.step)
    actions = [action for action in step.actions if action.page == "case"] if step else []
    return [(action, reason_against(scheme, suggestion, user, action)) for action in actions]


def reason_against(scheme: Scheme, suggestion: Suggestion, user: User, action: Action) -> str:
    """Why this person may not do it now, in Chinese; "" when they may."""
    return (
        _barred(suggestion, user, action)
        or _too_early(suggestion, action)
        or unmet_need(scheme, suggestion, action)
    )


def _barred(suggestion: Suggestion, user: User, action: Action) -> str:
    if action.page != "case" or suggestion.state is not SuggestionState.HANDLING:
        return "这件事现在不在办理中"
    if action.levels and suggestion.level not in action.levels:
        return f"{suggestion.level}类没有“{action.name}”"
    if may_act_at_station(suggestion, user, action):
        return ""
    if not may_act(user, action):
        return f"您的角色不能做“{action.name}”"
    if user.role is Role.HANDLER and suggestion.handler_id != user.id:
        return "这件事不是您的"
    return ""


def _too_early(suggestion: Suggestion, action: Action) -> str:
    if action.points and any(event.kind == action.code for event in suggestion.events):
        return "已经发过了"
    if suggestion.paused_at is not None and (action.next or action.state):
        return f"还在等{suggestion.paused_for}，先“接着办”"
    if action.publishes and suggestion.confidential:
        return "保密的事不公开"
    session = object_session(suggestion)
    if session is not None and (action.status == "done" or action.state is SuggestionState.DONE):
        return help_missing(session, suggestion)
    return ""


def may_act(user: User, action: Action) -> bool:
    """An administrator may do whatever a coordinator may."""
    role = Role.COORDINATOR if user.role is Role.ADMINISTRATOR else user.role
    return user.active and role in action.roles


def may_act_at_station(suggestion: Suggestion, user: User, action: Action) -> bool:
    """三级答复: a station of such a tier does it at once, for places of its own."""
    if not action.stations or not user.active or user.role is not Role.HANDLER or user.station is None:
        return False
    return user.station.tier in action.stations and serves(user, suggestion)
