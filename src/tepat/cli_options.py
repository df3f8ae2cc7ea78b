"""Options of the command line that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Given = Annotated[Path, typer.Argument(metavar="INPUT", help="Folder or XLSX file of records.")]
NewFolder = Annotated[Path, typer.Option("--out", help="Folder to write; must not exist.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Day of the decision, 2025-07-01.")]
Mapping = Annotated[Path | None, typer.Option(help="How foreign files become ours.")]
Deciles = Annotated[Path | None, typer.Option(help="Deciles that the bureau supplies.")]
Model = Annotated[Path | None, typer.Option(help="Model that computes the deciles.")]
Quota = Annotated[Path | None, typer.Option(help="CSV: programme, place, quota.")]
Truth = Annotated[Path | None, typer.Option(help="True consumption, for error rates.")]
Boundaries = Annotated[
    Path | None, typer.Option(help="TopoJSON or GeoJSON for a true map in the report.")
]
Against = Annotated[
    Path | None, typer.Option(help="An earlier run's folder, to tell who entered and who left.")
]
Memory = Annotated[
    str | None, typer.Option(help="How much the engine may take, as 8GB; two fifths if none.")
]
