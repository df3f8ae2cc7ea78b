"""The model card: what a ranking model is, whom it fails, and where it must not be used."""

from __future__ import annotations

from typing import Any

from tepat.assessment.evaluate import SHARES

_TOP = 15
_KINDS = {
    "levels": "an amount for each answer",
    "number": "a line, bent where it helps",
    "steps": "an amount between thresholds",
    "pair": "a table of two answers",
}
_REASONS_SHOWN = 60


def model_card(model: dict[str, Any]) -> str:
    """The card as Markdown, from the contents of model.json."""
    parts = [
        _title(model),
        _summary_id(model),
        _data(model),
        _errors(model),
        _subgroups(model),
        _signal(model),
        _stability(model),
        _formula(model),
        _seen(model),
        _left_out(model),
        _limits(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def percent(entry: dict[str, Any] | None, digits: int = 1) -> str:
    """A share as per cent with its interval, such as ``31.2 % (29.0 to 33.4)``."""
    if entry is None or entry["value"] is None:
        return "–"
    text = f"{100 * entry['value']:.{digits}f} %"
    if entry["low"] is None:
        return text
    return text + f" ({100 * entry['low']:.{digits}f} to {100 * entry['high']:.{digits}f})"


def _plain_number(entry: dict[str, Any]) -> str:
    text = f"{entry['value']:.3f}"
    return text if entry["low"] is None else f"{text} ({entry['low']:.3f} to {entry['high']:.3f})"


def _title(model: dict[str, Any]) -> str:
    judged = model["evaluation"]["out_of_fold"]
    return f"""# Ranking model for `{model["outcome"]}`

**What it is.** A sum of whole numbers that puts families in order from the poorest, by what can be
asked at the door. It was fitted to the logarithm of `{model["outcome"]}` in a household survey. It
is our own formula; the weights of the official DTSEN ranking are not public, and this is not them.

**How good it is.** Out of fold it explains R² = {_plain_number(judged["r2"])} of the variation. Of
the poorest 20 % it leaves out {percent(judged["exclusion"]["20"])}; of the poorest 40 %,
{percent(judged["exclusion"]["40"])}. In parentheses: where 95 % of the draws of clusters lie."""


def _summary_id(model: dict[str, Any]) -> str:
    judged = model["evaluation"]["out_of_fold"]
    missed = f"{100 * judged['exclusion']['40']['value']:.0f}"
    return f"""**Ringkasan.** Model ini mengurutkan keluarga dari yang paling miskin memakai jawaban
yang dapat ditanyakan di rumah. Rumus ini buatan kami sendiri; bobot resmi DTSEN tidak diumumkan.
Dari 40 % penduduk termiskin, sekitar {missed} % tidak terjaring. Hasilnya adalah perkiraan: setiap
keluarga berhak meminta peninjauan, dan petugas wajib memeriksa kembali."""


def _data(model: dict[str, Any]) -> str:
    training = model["training"]
    files = ", ".join(f"`{f['name']}` (SHA-256 {f['sha256'][:16]}…)" for f in training["files"][:3])
    dropped = "; ".join(f"{why}: {n}" for why, n in training["rows_left_out"].items()) or "none"
    clusters = (
        f"`{training['cluster']}` ({training['clusters']} clusters)"
        if training["cluster"]
        else "none named; every row counts as its own"
    )
    return f"""## Data

| | |
|---|---|
| File | {files} |
| Rows | {training["rows_fitted"]} fitted of {training["rows_read"]} read |
| Rows left out | {dropped} |
| Weight | {f"`{training['weight']}`" if training["weight"] else "none: each row counts once"} |
| Clusters | {clusters} |
| Seed | {training["seed"]} |"""


def _errors(model: dict[str, Any]) -> str:
    judged = model["evaluation"]
    rows = [
        ("this model", judged["out_of_fold"]),
        ("plain least squares", judged["plain_out_of_fold"]),
    ]
    trees = model.get("comparison", {}).get("gradient_boosting")
    if trees:
        rows.append(("gradient boosting (comparison only)", trees))
    head = "| | R² | " + " | ".join(f"{s} %" for s in SHARES) + " |\n"
    head += "|---|---|" + "---|" * len(SHARES) + "\n"
    tables = []
    for error, meaning in (
        ("exclusion", "of the poorest, left out"),
        ("inclusion", "of those chosen, not among the poorest"),
    ):
        lines = [
            f"| {name} | {_plain_number(row['r2'])} | "
            + " | ".join(percent(row[error][str(s)]) for s in SHARES)
            + " |"
            for name, row in rows
        ]
        tables.append(
            f"**{error.capitalize()} error** ({meaning}), out of fold, at each cut-off:"
            f"\n\n{head}" + "\n".join(lines)
        )
    tables.append(_choice(model))
    return (
        f"## Errors\n\n{judged['folds']} folds, clusters kept together. R² on the rows fitted "
        f"to: {judged['r2_in_sample']:.3f}.\n\n" + "\n\n".join(tables)
    )


def _choice(model: dict[str, Any]) -> str:
    choice = model["choice"]
    if choice["form"] == "plain":
        return (
            "The formula is plain least squares: richer forms were tried and were not clearly "
            "better on clusters they had not seen."
        )
    how = (
        "its amounts are drawn towards the average"
        if choice["form"] == "shrunk"
        else f"bends, shrinkage, {choice['tables_of_two']} tables of two answers"
    )
    return (
        f"The formula is more than plain least squares ({how}): on clusters it had not seen R² "
        f"rose by {choice['gain_in_r2_over_plain']:.4f}, "
        f"{choice['gain_over_its_noise']:.1f} times the noise."
    )


def _subgroups(model: dict[str, Any]) -> str:
    groups = model["evaluation"]["out_of_fold"]["groups"]
    if not groups:
        return (
            "## Whom it fails\n\nNo subgroups were asked for; `--by` names columns to look at, "
            "such as region, urban and rural, sex of the head, disability."
        )
    head = (
        "| group | exclusion 20 % | inclusion 20 % | exclusion 40 % | inclusion 40 % |\n"
        "|---|---|---|---|---|\n"
    )
    lines = [
        f"| {name} | "
        + " | ".join(percent(g[e][s], 0) for s in ("20", "40") for e in ("exclusion", "inclusion"))
        + " |"
        for name, g in groups.items()
    ]
    worst = max(groups, key=lambda name: groups[name]["exclusion"]["40"]["value"] or 0.0)
    return (
        "## Whom it fails\n\nThe cut-offs are those of the whole survey, not of the group. At "
        f"40 % it leaves out most in **{worst}**.\n\n" + head + "\n".join(lines)
    )


def _signal(model: dict[str, Any]) -> str:
    signal = model.get("rank_signal")
    if not signal or not signal["without"]:
        return ""
    judged = model["evaluation"]["out_of_fold"]
    lines = [
        f"| {name} | {_plain_number(row['r2'])} | "
        + " | ".join(percent(row["exclusion"][str(s)]) for s in SHARES)
        + " |"
        for name, row in (("with", judged), ("without", signal["without"]))
    ]
    less = signal.get("less_missed")
    if less:
        lines.append(
            "| less missed | | " + " | ".join(percent(less[str(s)]) for s in SHARES) + " |"
        )
    community = signal.get("community")
    if community:
        where = community["less_missed_where_ranked"]
        lines.append(
            "| less missed in villages that ranked | | "
            + " | ".join(percent(where[str(s)]) for s in SHARES)
            + " |"
        )
    return (
        f"## What `{signal['column']}` brings\n\n{_what_counts(signal)} "
        "Exclusion error out of fold:\n\n| | R² | "
        + " | ".join(f"{s} %" for s in SHARES)
        + " |\n|---|---|"
        + "---|" * len(SHARES)
        + "\n"
        + "\n".join(lines)
    )


def _stability(model: dict[str, Any]) -> str:
    """The formula without each area in turn."""
    found = model.get("stability")
    if not found:
        return (
            "## How far it hangs on single areas\n\nNot looked at; `--area` names a column of "
            "areas, and the formula is fitted again without each."
        )
    shaky = [f for f in found["features"] if f["unstable"]]
    astray = [a for a in found["areas"] if a["astray"]]
    said = [
        f"The coefficients were solved again without each of {len(found['areas'])} areas "
        f"(`{found['area']}`). *Shift*: how far the one area that matters most moves a feature's "
        "amounts, as a share of how far they move families at all; above 50 %, and a hundredth of "
        "consumption, it is **unstable**.",
        f"Unstable: {', '.join(_code(f['feature']) for f in shaky) or 'none'}. Areas that the "
        "formula of the others misjudges by more than a tenth of consumption, and clearly: "
        f"{', '.join(_code(a['area']) for a in astray) or 'none'}.",
    ]
    if found["areas_too_small"]:
        said.append(f"{found['areas_too_small']} areas have too few rows and were not left out.")
    rows = sorted(found["features"], key=lambda f: -f["shift"])[:_TOP]
    features = "\n".join(
        f"| {f['feature']} | {f['moves']:.3f} | {f['lowest']:.3f} to {f['highest']:.3f} | "
        f"{100 * f['shift']:.0f} %{' **unstable**' if f['unstable'] else ''} | {f['without']} |"
        for f in rows
    )
    areas = "\n".join(
        f"| {a['area']} | {a['rows']} | {'–' if a['r2'] is None else format(a['r2'], '.3f')} | "
        f"{a['bias']:+.3f}{' **astray**' if a['astray'] else ''} |"
        for a in sorted(found["areas"], key=lambda a: -abs(a["bias"]))[:_TOP]
    )
    return (
        "## How far it hangs on single areas\n\n"
        + " ".join(said)
        + "\n\n| feature | moves | without an area | shift | area |\n|---|---|---|---|---|\n"
        + features
        + "\n\nWhat the formula of the other areas makes of an area; a bias above 0 means that its "
        "families are better off than the others' formula believes.\n\n"
        "| area | rows | R² | bias, log points |\n|---|---|---|---|\n" + areas
    )


def _code(name: str) -> str:
    return f"`{name}`"


def _seen(model: dict[str, Any]) -> str:
    """What the survey held of each column: beyond it nobody knows how good the formula is."""
    seen = model.get("seen") or {}
    if not seen:
        return ""

    def held(entry: dict[str, Any]) -> str:
        if entry["kind"] == "number":
            unit = 10 ** entry["decimals"]
            return f"{entry['lowest'] / unit:g} to {entry['highest'] / unit:g}"
        levels = [str(level) for level in entry["levels"]]
        more = f" and {len(levels) - 8} more" if len(levels) > 8 else ""
        return ", ".join(levels[:8]) + more

    rows = [
        f"| {name} | {held(entry)} | {entry['unknown'] / 10:.1f} % |"
        for name, entry in seen.items()
    ]
    return (
        "## What it was fitted on\n\nA run counts the families outside of this and warns where "
        "they are more than 1 % in a column, or where a column is unknown 10 points more often."
        "\n\n| column | values in the survey | unknown |\n|---|---|---|\n" + "\n".join(rows)
    )


def _what_counts(signal: dict[str, Any]) -> str:
    community = signal.get("community")
    if not community:
        return "Only its order counts: it enters as steps between quantiles."
    return (
        f"It is a village's own ranking: only the order within `{community['village']}` counts. "
        f"{community['villages_ranked']} of {community['villages']} villages ranked "
        f"{community['rows_ranked']} families; the others have an amount of their own. A gain "
        "whose interval holds 0 is not shown to be one."
    )


def feature_name(feature: dict[str, Any]) -> str:
    """The feature's name, as in a decomposition of a score."""
    if feature["kind"] == "pair":
        return " & ".join(part["column"] for part in feature["parts"])
    return str(feature["column"])


def _formula(model: dict[str, Any]) -> str:
    features = model["features"]
    longest = max((f["moves"] for f in features), default=0) or 1
    lines = [
        f"| {feature_name(f)} | {_KINDS[f['kind']]}{_role(f)} | "
        f"{f['moves'] / 1e6:.3f} {'█' * round(10 * f['moves'] / longest)} |"
        for f in features[:_TOP]
    ]
    rest = f"\n\nand {len(features) - _TOP} more in model.json." if len(features) > _TOP else ""
    return (
        f"## The formula\n\n{len(features)} features. The last column is how far a feature "
        "typically moves a score (standard deviation, in log points; 0.1 is about 10 % of "
        "consumption).\n\n| feature | form | moves |\n|---|---|---|\n"
        + "\n".join(lines)
        + rest
        + "\n\nAn unknown answer has an amount of its own, or counts as the average family "
        "(for a number: as the median). An answer never seen in the survey counts with the "
        "rare ones, else as average. A number far outside what was seen counts as if it were "
        "nearer. A family of whom nothing is known gets no score."
    )


def _role(feature: dict[str, Any]) -> str:
    return f" ({feature['role']})" if "role" in feature else ""


def _left_out(model: dict[str, Any]) -> str:
    left, doubts = model["columns_left_out"], model["doubts"]
    parts = []
    if left:
        more = len(left) - _REASONS_SHOWN
        tail = f"\n- and {more} more" if more > 0 else ""
        parts.append("## Columns left out\n\n" + _reasons(left) + tail)
    if doubts:
        parts.append(
            "## Used because it was named\n\nWithout being named these would have been left out. A "
            "part or copy of the outcome makes every figure above meaningless.\n\n"
            + _reasons(doubts)
        )
    return "\n\n".join(parts)


def _reasons(columns: dict[str, str]) -> str:
    return "\n".join(f"- `{name}`: {why}" for name, why in list(columns.items())[:_REASONS_SHOWN])


def _limits() -> str:
    return """## Limits

- It predicts consumption at the time of the survey. A lost job or an illness of last month is not
  in it; programmes must keep a way to be heard.
- It is as good as the answers. Once people know what counts, answers drift; fit it anew with each
  survey and compare.
- It was fitted on households of one survey. In another country, region or year it must be fitted
  and judged again before anyone relies on it.
- A rank is a reason to look, not a verdict: each decision shows what moved the score, and can be
  contested.
- Errors above assume that every family is registered. Families who are not in the list at all are
  a further exclusion that no formula repairs."""


def report_lines(report: dict[str, Any]) -> list[Any]:
    """The report for a terminal: texts and rich tables, to be printed one after the other."""
    judged = report["evaluation"]
    training = report["training"]
    lines: list[Any] = [
        f"{training['rows_fitted']} households fitted of {training['rows_read']} read; "
        f"{len(report['features'])} features, form: {report['choice']['form']}."
    ]
    rows = [
        ("this model", judged["out_of_fold"]),
        ("plain least squares", judged["plain_out_of_fold"]),
    ]
    if report.get("rank_signal", {}).get("without"):
        rows.append(
            (f"without {report['rank_signal']['column']}", report["rank_signal"]["without"])
        )
    if "comparison" in report:
        rows.append(("gradient boosting", report["comparison"]["gradient_boosting"]))
    for error in ("exclusion", "inclusion"):
        lines.append(_terminal_table(f"{error.capitalize()} error, out of fold", rows, error))
    if judged["out_of_fold"]["groups"]:
        groups = [(n, g | {"r2": None}) for n, g in judged["out_of_fold"]["groups"].items()]
        lines.append(_terminal_table("Exclusion error by group", groups, "exclusion"))
    lines += [f"Left out: {name} ({why})" for name, why in report["columns_left_out"].items()]
    lines += [f"Used because named, though: {n} ({why})" for n, why in report["doubts"].items()]
    return [*lines, f"Model: {report['model']}", f"Model card: {report['card']}"]


def _terminal_table(title: str, rows: list[tuple[str, Any]], error: str) -> Any:
    from rich.table import Table

    table = Table(title=title)
    for head in ("", "R²", *(f"{s} %" for s in SHARES)):
        table.add_column(head, justify="left" if not head else "right")
    for name, row in rows:
        squared = _plain_number(row["r2"]) if row["r2"] else ""
        table.add_row(name, squared, *(percent(row[error][str(s)]) for s in SHARES))
    return table
