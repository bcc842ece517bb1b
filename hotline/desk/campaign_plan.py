"""The plan of a campaign as a form: read, shown again, begun from a bundled questionnaire."""

from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from handling.campaigns.queries import today
from handling.campaigns.questionnaire import bundled_questionnaires
from handling.campaigns.running import CampaignInvalid, Plan, Target, target_of
from hotline.current import current
from models import Campaign, CampaignState

DAYS_OF_A_NEW_ONE = 14
# What may still change while it runs.
LATER = ("purpose", "ends_on", "per_minute")


def plan_of(form: MultiDict[str, str], campaign: Campaign | None = None) -> Plan:
    """What was typed in. Raises CampaignInvalid for days that are none. campaign: what a running one keeps."""
    days = {name: _day(form.get(name, "")) for name in ("starts_on", "ends_on")}
    if campaign is not None and campaign.state is not CampaignState.DRAFT:
        form = MultiDict({**written(campaign), **{name: form.get(name, "") for name in LATER}})
        days = {"starts_on": campaign.starts_on, "ends_on": _day(form["ends_on"])}
    if missing := {name: "请选日期" for name, day in days.items() if day is None}:
        raise CampaignInvalid(missing)
    return Plan(
        title=form.get("title", ""),
        purpose=form.get("purpose", "")[:2000],
        starts_on=days["starts_on"] or date.min,
        ends_on=days["ends_on"] or date.min,
        number=form.get("number", ""),
        keyword=form.get("keyword", ""),
        per_minute=form.get("per_minute", 0, type=int),
        target=Target(
            courtyards=form.getlist("courtyards", type=int),
            stations=form.getlist("stations", type=int),
            care=form.getlist("care"),
            served_days=max(0, min(form.get("served_days", 0, type=int), 366)),
            way=form.get("way", ""),
        ),
    )


def written(campaign: Campaign) -> MultiDict[str, str]:
    """The plan as its form shows it."""
    target = target_of(campaign)
    values: dict[str, Any] = {
        "title": campaign.title,
        "purpose": campaign.purpose,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "number": campaign.number or "",
        "keyword": campaign.keyword,
        "per_minute": str(campaign.per_minute),
        "courtyards": [str(each) for each in target.courtyards],
        "stations": [str(each) for each in target.stations],
        "care": target.care,
        "served_days": str(target.served_days),
        "way": target.way,
    }
    return MultiDict(values)


def started(template: str) -> MultiDict[str, str]:
    """A new plan, with what the bundled questionnaire knows."""
    begins = today(current().clock.now())
    bundled = bundled_questionnaires().get(template)
    days = bundled.days if bundled else DAYS_OF_A_NEW_ONE
    return MultiDict(
        {
            "template": template if bundled else "",
            "title": bundled.title if bundled else "",
            "purpose": bundled.purpose if bundled else "",
            "starts_on": begins.isoformat(),
            "ends_on": (begins + timedelta(days=days - 1)).isoformat(),
            "per_minute": "10",
            "served_days": str(bundled.served_days) if bundled else "0",
            "way": "sms",
        }
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
