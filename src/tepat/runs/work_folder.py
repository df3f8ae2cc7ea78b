"""The folder in which a run is made: held by one process, kept when a long run is interrupted.

It lies beside the place of the run and is renamed when whole. What a step has finished for a part
of the input is noted in it, so that the same run begun again goes on where it was killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepat.engine.errors import TepatError
from tepat.engine.manifest import must_be_free, not_writable

LOCK, BEGUN, DONE, SCRATCH = "lock", "begun.json", "done", "scratch"


@dataclass
class WorkFolder:
    """What stands in the folder, and what of it is finished.

    ``lasting`` says whether what is finished outlives an interruption.
    """

    folder: Path
    lasting: bool = False

    def finished(self, step: str) -> dict[str, Any] | None:
        """What was noted of a finished step; None where it is not finished."""
        try:
            found: dict[str, Any] = json.loads(self._note(step).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def finish(self, step: str, found: Mapping[str, Any]) -> dict[str, Any]:
        """Note that a step is finished, and what is to be known of it; its files must stand."""
        path = self._note(step)
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        os.replace(unfinished, path)
        return dict(found)

    def _note(self, step: str) -> Path:
        return self.folder / DONE / f"{step}.json"


@contextmanager
def work_folder(out: Path, begun: Mapping[str, Any]) -> Iterator[WorkFolder]:
    """Make a run beside its place and rename it when whole.

    If the block raises, Ctrl-C included, nothing is left, unless the work was marked ``lasting``.
    The block may be left again without doing anything where a note says that all is made: the
    folder is then only tidied and renamed.

    Args:
        out: where the run is to stand.
        begun: what the run hangs on, as JSON can hold it: ``arguments``, and what else must be the
            same for finished work to be of use.

    Raises:
        TepatError: ``exists`` where the place is taken, ``busy`` where another process makes a run
            for it, ``unfinished`` where work of other arguments lies there, ``not_writable``.
    """
    must_be_free(out)
    place = out.with_name(f".{out.name}.unfinished")
    with _held(out, place):
        try:
            must_be_free(out)  # another process may have made it since
        except TepatError:
            shutil.rmtree(place, ignore_errors=True)
            raise
        _begin(out, place, begun)
        work = WorkFolder(place)
        try:
            yield work
        except BaseException as error:
            if work.lasting and (place / DONE).is_dir():
                error.add_note(
                    f"What was finished is kept in {place}. The same command goes on with it."
                )
            else:
                shutil.rmtree(place, ignore_errors=True)
            raise
        shutil.rmtree(place / SCRATCH, ignore_errors=True)
        _to_its_place(place, out)


def _to_its_place(place: Path, out: Path) -> None:
    """Rename a finished folder; its lock goes along, so that nobody begins anew meanwhile."""
    try:
        os.replace(place, out)
    except OSError as error:
        raise TepatError(
            "not_writable",
            f"All is made, but {out} cannot be written: {error.strerror}.",
            f"It lies in {place}.",
            "Make room at that place, then give the same command again.",
        ) from error
    for name in (LOCK, BEGUN):
        (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / DONE, ignore_errors=True)


@contextmanager
def _held(out: Path, place: Path) -> Iterator[None]:
    """Hold the folder until this process ends, however it ends."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        file = (place / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise not_writable(out, str(error.strerror)) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(file.fileno()), (place / LOCK).stat()):
                raise OSError
        except OSError as error:
            raise TepatError(
                "busy",
                f"Another process is making a run for {out}.",
                "Two runs cannot write to one folder.",
                "Wait until it ends, or give another --out.",
            ) from error
        yield


def _begin(out: Path, place: Path, begun: Mapping[str, Any]) -> None:
    """Go on with what lies there where it is of this very run; else begin anew."""
    text = json.dumps(begun, ensure_ascii=False, sort_keys=True, default=str)
    known = place / BEGUN
    before = known.read_text(encoding="utf-8") if known.is_file() else None
    if before == text:
        return
    if before is not None and (place / DONE).is_dir():
        other = json.loads(before).get("arguments")
        if other != json.loads(text).get("arguments"):
            raise TepatError(
                "unfinished",
                f"{place} holds unfinished work of a run for {out} with other arguments.",
                "It may have taken long, so it is not thrown away unasked.",
                "Give the same arguments to go on with it, another --out, or remove that folder.",
            )
    # first what says that something is finished, for this may be killed as well
    known.unlink(missing_ok=True)
    shutil.rmtree(place / DONE, ignore_errors=True)
    for item in place.iterdir():
        if item.name == LOCK:
            continue
        if item.is_dir():
            shutil.rmtree(item)
        else:
            item.unlink()
    known.write_text(text, encoding="utf-8")
