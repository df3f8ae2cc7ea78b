"""The explainers of this process: made in the background when first asked for, then kept."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLong
from pathlib import Path

from tepat.runs.explainer import Explainer

KEPT = 3  # each holds prepared statements, some tens of megabytes
_made: OrderedDict[Path, Future[Explainer]] = OrderedDict()
_lock = threading.Lock()
_log = logging.getLogger(__name__)


def explainer_for(folder: Path, wait: float = 0.0) -> Explainer | None:
    """The explainer of a run, or None while it is being made or where its folder is not here.

    Args:
        folder: where the run lies.
        wait: how many seconds to wait for it.
    """
    with _lock:
        future = _made.get(folder)
        if future is not None and future.done() and future.exception() is not None:
            future = None
        if future is None:
            if not (folder / "facts").is_dir():
                return None
            future = _made[folder] = Future()
            threading.Thread(target=_make, args=(folder, future), daemon=True).start()
        _made.move_to_end(folder)
        while len(_made) > KEPT:
            _made.popitem(last=False)
    try:
        return future.result(wait)
    except TooLong:
        return None
    except Exception:  # noqa: BLE001 (the page has what is stored)
        _log.exception("The explainer of a run could not be made.")
        return None


def _make(folder: Path, future: Future[Explainer]) -> None:
    try:
        future.set_result(Explainer(folder))
    except BaseException as error:  # noqa: BLE001 (handed to those who wait)
        future.set_exception(error)
