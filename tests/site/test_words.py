"""Texts and numbers on pages: both languages, escaped, and looking as everywhere in Tepat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from tepat.engine.text import Text
from tepat.site.templatetags import words

NINE_TWELVE = datetime(2025, 8, 18, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _indonesian() -> Iterator[None]:
    with translation.override("id"), timezone.override("Asia/Jakarta"):
        yield


def shown(source: str, lang: str = "id", **values: Any) -> str:
    """A template with our words loaded, in one language."""
    with translation.override(lang):
        return Template("{% load words %}" + source).render(Context(values))


def test_a_text_is_said_in_the_language_of_the_reader() -> None:
    source = '{% t "Simpan" "Save" %}'
    assert (shown(source), shown(source, "en")) == ("Simpan", "Save")


def test_values_are_filled_in_and_escaped() -> None:
    source = '{% t "Keluarga {name}" "Family {name}" name=name %}'
    assert shown(source, name="Ibu Rukmini") == "Keluarga Ibu Rukmini"
    assert shown(source, name="<script>") == "Keluarga &lt;script&gt;"
    assert shown(source, name=mark_safe("<b>Ana</b>")) == "Keluarga <b>Ana</b>"


def test_markup_of_the_template_stays_and_markup_from_data_does_not() -> None:
    assert shown('{% t "<b>Ya</b>" "<b>Yes</b>" %}') == "<b>Ya</b>"
    assert shown("{% t given given %}", given="<b>Ya</b>") == "&lt;b&gt;Ya&lt;/b&gt;"


def test_a_kept_text_is_not_escaped_twice() -> None:
    source = '{% t "{name} & anak" "x" name=name as kept %}{{ kept }}'
    assert shown(source, name="A<B") == "A&lt;B & anak"


def test_braces_in_a_value_are_not_looked_up() -> None:
    assert shown('{% t "{a}" "{a}" a=a b=b %}', a="{b}", b="secret") == "{b}"


def test_a_text_without_its_value_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="no value for"):
        shown('{% t "{name} {age}" "{name} {age}" age=3 %}')


def test_say_takes_texts_strings_numbers_and_nothing() -> None:
    said = [words.say(given) for given in (Text("ya", "yes"), "Desa Cigentur", 0, None)]
    assert said == ["ya", "Desa Cigentur", 0, ""]


@pytest.mark.parametrize(
    ("source", "indonesian", "english"),
    [
        ("{{ 20000|number }}", "20.000", "20,000"),
        ("{{ half|number }}", "1.234,5", "1,234.5"),
        ("{{ 4800000|rupiah }}", "Rp\N{NO-BREAK SPACE}4.800.000", "Rp\N{NO-BREAK SPACE}4,800,000"),
        ("{{ born|day }}", "27 Maret 1958", "27 March 1958"),
        ("{{ seen|clock }}", "09.12 WIB", "09:12 WIB"),
        ("{{ seen|moment }}", "18 Agustus 2025 pukul 09.12 WIB", "18 August 2025 at 09:12 WIB"),
        ("{{ seen|recent }}", "18 Agustus 2025", "18 August 2025"),
        ("{{ born|age:on }}", "67 tahun", "67 years"),
        ("{{ on|waited:seen }}", "49 hari", "49 days"),
        ("{{ nothing|number }}{{ nothing|rupiah }}{{ nothing|day }}", "–––", "–––"),
    ],
)
def test_numbers_and_times_follow_the_language(source: str, indonesian: str, english: str) -> None:
    values = {
        "half": Decimal("1234.50"),
        "born": date(1958, 3, 27),
        "on": date(2025, 6, 30),
        "seen": NINE_TWELVE,
        "nothing": None,
    }
    assert shown(source, **values) == indonesian
    assert shown(source, "en", **values) == english


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Jakarta", "09.12 WIB"),
        ("Asia/Makassar", "10.12 WITA"),
        ("Asia/Jayapura", "11.12 WIT"),
        ("UTC", "02.12 UTC+0"),
    ],
)
def test_a_time_is_told_in_the_zone_of_the_reader(zone: str, said: str) -> None:
    with timezone.override(zone):
        assert words.clock(NINE_TWELVE) == said


def test_the_day_of_a_moment_is_the_day_where_the_reader_is() -> None:
    late = datetime(2025, 8, 17, 20, 0, tzinfo=UTC)
    assert words.day(late) == "18 Agustus 2025"
    assert words.recent(timezone.now()).startswith("Hari ini ")
    assert words.recent(timezone.now() - timedelta(days=1)).startswith("Kemarin ")


@pytest.mark.parametrize(
    ("born", "said"),
    [
        (date(2025, 6, 30), "0 bulan"),
        (date(2023, 7, 1), "23 bulan"),
        (date(2023, 6, 30), "2 tahun"),
        (date(2007, 7, 1), "17 tahun"),
        (date(2007, 6, 30), "18 tahun"),
    ],
)
def test_an_age_changes_on_the_birthday(born: date, said: str) -> None:
    assert words.age(born, date(2025, 6, 30)) == said


@pytest.mark.parametrize(
    ("kept", "shown_as"),
    [
        ("3204120101580007", "3204••••••••0007"),
        ("12345678", "••••••••"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_of_a_person_is_masked(kept: str | None, shown_as: str) -> None:
    assert words.masked(kept) == shown_as


def test_english_says_one_day_and_two_days() -> None:
    with translation.override("en"):
        start = date(2025, 1, 1)
        said = [words.waited(start, start + timedelta(days=days)) for days in (0, 1, 2)]
    assert said == ["today", "1 day", "2 days"]
