"""What the reform changes, and what is assumed."""

from __future__ import annotations

from markupsafe import Markup

from tepat.policy.called import called, is_known
from tepat.policy.citation import cited
from tepat.policy.wording import measured
from tepat.policy.yaml_file import exact
from tepat.runs.report.page_parts import TEXT, Section, Table, columns
from tepat.runs.report.speech import NONE
from tepat.runs.simulate.page.found import Found, Row, Telling

ASSUMED = ("behaviour", "take_up", "quota", "unknown", "goods")


def changes(found: Found, telling: Telling) -> Section:
    """A table of what changes, from when, by which source."""
    speech, reform = telling.speech, found.reform
    caption = speech.say("changes_caption")
    lead = speech.say(
        "debate", source=cited(reform["reference"], speech.lang), mark=reform["confidence"]
    )
    rows = [_change(found, change, telling) for change in reform["changes"]]
    headings = [speech.say(n) for n in ("what", "before", "after", "since", "source_heading")]
    table = Table(
        caption,
        columns(speech.say("programme"), *headings, kinds=(TEXT,) * 5),
        rows,
        cards=True,
    )
    return Section("changes", speech.say("changes_title"), (lead,), tables=(table,))


def _change(found: Found, change: Row, telling: Telling) -> list[str | Markup]:
    speech = telling.speech
    day = speech.day(change["from"])
    source = cited(change["reference"], speech.lang)
    title = speech.of(change["title"]) if change["title"] else speech.say("between")
    return [
        title,
        spoken(change["name"], speech.lang) if change["name"] else NONE,
        _value(found, change, "old", telling),
        _value(found, change, "new", telling),
        day if change["holds"] else speech.say("not_yet", day=day),
        f"{source} [{change['confidence']}]" if change["confidence"] else source,
    ]


def spoken(name: str, lang: str) -> Markup:
    """An internal name in words, with the name itself small beside them."""
    return Markup("{} <small><code>{}</code></small>").format(called(name, lang), name)


def _value(found: Found, change: Row, key: str, telling: Telling) -> str | Markup:
    """A value in words; rules as they are written."""
    speech, text, kind = telling.speech, change[key], change["kind"]
    if kind == "overlap":
        names = ", ".join(speech.of(found.title(name)) for name in text.split(", ") if name)
        return speech.say(change["name"], names=names) if text else NONE
    if key == "new" and kind in ("ended", "added", "dropped"):
        return speech.say(kind)
    if key == "new" and kind == "merged":
        return speech.say("merged", into=speech.of(found.title(text)))
    if not text:
        return speech.say("none_yet") if kind in ("amount", "rule") else NONE
    number = exact(text) if kind == "amount" else None
    if number is not None:
        whole = int(number) if number == number.to_integral_value() else number
        return measured(whole, change["unit"], speech.lang)
    if kind == "amount":
        return speech.day(text)
    if change["name"].startswith("excluded_by."):
        return called(text, speech.lang)
    return spoken(text, speech.lang) if is_known(text) else Markup("<code>{}</code>").format(text)


def assumed(found: Found, telling: Telling) -> list[str]:
    """What is assumed: the reform's own first."""
    speech = telling.speech
    own = [speech.of(text) for text in found.reform["assumptions"]]
    day = speech.day(found.manifest["as_of"])
    said = [speech.say(f"assumed_{name}", day=day) for name in ASSUMED]
    return [*own, *said]
