"""A programme's criteria as statements, for all families at once."""

from __future__ import annotations

import re
from datetime import date

from tepat.policy.model import Policy, Text
from tepat.policy.wording import fill
from tepat.runs.explain import BUILT_IN

OPEN = "…"
GROUND = Text("{title} (alasan pengecualian)", "{title} (exclusion ground)")


def statement(policy: Policy, programme: str, name: str, day: date) -> Text:
    """A criterion as a statement; what differs from family to family is left open."""
    known = policy.programmes[programme]
    condition = next((c for c in known.conditions if c.name == name), None)
    if condition is not None:
        fixed = {
            key: value.value
            for key, parameter in known.parameters.items()
            if (value := parameter.on(day)) is not None
        }

        def said(lang: str) -> str:
            text = condition.says.get(lang)
            text = re.sub(r"\{(\w+)\}", lambda f: f[0] if f[1] in fixed else OPEN, text)
            return fill(text, fixed, lang, parameters=known.parameters)

        return Text(said("id"), said("en"))
    if name in policy.grounds:
        title = policy.grounds[name].title
        return Text(GROUND.id.format(title=title.id), GROUND.en.format(title=title.en))
    return BUILT_IN.get(name, Text(name, name))


def law_of(policy: Policy, programme: str, name: str) -> str:
    """The law of a criterion; empty for those that Tepat adds."""
    conditions = policy.programmes[programme].conditions
    laws = {c.name: c.law for c in conditions} | {g.name: g.law for g in policy.grounds.values()}
    return laws.get(name, "")
