"""The explainers of this process: made in the background when first asked for, then kept."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from tepat.runs.explainer import Explainer

KEPT = 3  # each holds prepared statements, some tens of megabytes
_made: OrderedDict[Path, Future[Explainer]] = OrderedDict()
_lock = threading.Lock()
_maker = ThreadPoolExecutor(1, "explainer")
_log = logging.getLogger(__name__)


def explainer_for(folder: Path, patience: float = 0.0) -> Explainer | None:
    """The explainer of a run, or None while it is being made or where its folder is not here.

    Args:
        folder: where the run lies.
        patience: how many seconds to wait for it.
    """
    with _lock:
        future = _made.get(folder)
        if future is None:
            if not (folder / "facts").is_dir():
                return None
            future = _made[folder] = _maker.submit(Explainer, folder)
        _made.move_to_end(folder)
        while len(_made) > KEPT:
            _made.popitem(last=False)
    wait([future], patience)
    if not future.done():
        return None
    error = future.exception()
    if error is not None:
        _log.error("The explainer of a run could not be made.", exc_info=error)
        with _lock:
            _made.pop(folder, None)  # it is tried again when asked for again
        return None
    return future.result()
