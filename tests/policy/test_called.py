"""Internal names in words: every name of the policy has some, in both languages."""

from __future__ import annotations

from tepat.policy.called import called, is_known
from tepat.policy.load import load_policy
from tepat.policy.model import Programme
from tepat.policy.reform import load_reform, reform_folders
from tests.house.repository import ROOT


def names_of(programme: Programme) -> set[str]:
    """The internal names that a change can speak of."""
    conditions = {condition.name for condition in programme.conditions}
    components = {component.name for component in programme.components}
    return {*programme.parameters, *programme.values, *conditions, *components}


def test_every_name_of_the_policy_can_be_said_in_both_languages() -> None:
    base = load_policy(ROOT / "policy")
    folders = reform_folders(ROOT / "policy").values()
    policies = [base, *(load_reform(folder, base).policy for folder in folders)]
    names = {
        name for policy in policies for p in policy.programmes.values() for name in names_of(p)
    }
    assert len(names) > 80
    assert [name for name in sorted(names) if not is_known(name)] == []
    assert not is_known("never_heard_of_this"), "the checker finds nothing"
    for name in names:
        one, other = called(name, "id"), called(name, "en")
        assert one and other and "_" not in one + other and "{" not in one + other, name


def test_grounds_are_called_as_the_policy_calls_them() -> None:
    for name, ground in load_policy(ROOT / "policy").grounds.items():
        for lang in ("id", "en"):
            assert called(f"excluded_by.{name}", lang).endswith(f": {ground.title.get(lang)}")


def test_names_become_words() -> None:
    assert called("monthly_amount", "id") == "Jumlah bulanan"
    assert called("decile_limit", "id") == "Batas desil"
    assert called("elderly_at_most", "en") == "Elderly, at most"
    assert called("conditions.someone_counts", "en") == "Condition: somebody counts"
    assert called("calendar.kks", "id") == "Kalender penyaluran: KKS"
    assert called("toddler_age", "id") == "Umur balita"
    assert called("what_nobody_knows", "id") == "What nobody knows"
