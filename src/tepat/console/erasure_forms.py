"""Asking that a person be erased, and deciding on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from tepat.engine.text import Text
from tepat.staff.language import say

GRANT, REFUSE = "grant", "refuse"


class AskErasureForm(forms.Form):
    """Whom, why, and the document that proves the request."""

    person = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(max_length=1000, widget=forms.Textarea({"rows": 3}))
    document = forms.CharField(max_length=200)

    def __init__(self, given: Any, *, people: Sequence[tuple[int, str]]) -> None:
        super().__init__(given)
        person: Any = self.fields["person"]
        person.choices = people
        person.label = say(Text("Siapa yang datanya dihapus?", "Whose data are to be erased?"))
        self.fields["reason"].label = say(Text("Alasan", "Reason"))
        self.fields["document"].label = say(
            Text("Nomor permintaan warga atau putusan", "Number of the request or the ruling")
        )


class DecideErasureForm(forms.Form):
    """The decision, its reason, and, for granting, that it is meant."""

    decision = forms.ChoiceField(widget=forms.RadioSelect)
    answer = forms.CharField(required=False, max_length=1000, widget=forms.Textarea({"rows": 3}))
    meant = forms.BooleanField(required=False)

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        decision: Any = self.fields["decision"]
        decision.label = say(Text("Putusan", "Decision"))
        decision.choices = [
            (GRANT, say(Text("Kabulkan dan hapus", "Grant and erase"))),
            (REFUSE, say(Text("Tolak", "Refuse"))),
        ]
        self.fields["answer"].label = say(Text("Alasan putusan", "Reason of the decision"))
        self.fields["answer"].help_text = say(
            Text(
                "Wajib bila ditolak. Jangan tulis nama atau NIK.",
                "Needed for a refusal. Write no name and no NIK.",
            )
        )
        self.fields["meant"].label = say(
            Text(
                "Saya sudah mencocokkan dokumennya dan tahu bahwa ini tidak dapat dibatalkan",
                "I compared the documents and know that this cannot be undone",
            )
        )

    def clean(self) -> dict[str, Any]:
        """A refusal says why; granting is confirmed."""
        said = super().clean() or self.cleaned_data
        if said.get("decision") == REFUSE and not said.get("answer", "").strip():
            why = Text("Tulis alasan penolakan.", "Say why it is refused.")
            self.add_error("answer", say(why))
        if said.get("decision") == GRANT and not said.get("meant"):
            sure = Text(
                "Centang ini untuk mengabulkan; data tidak dapat dikembalikan.",
                "Tick this to grant it; the data cannot be brought back.",
            )
            self.add_error("meant", say(sure))
        return said
