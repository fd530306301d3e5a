"""Refits side by side: processes that are handed one panel at a time.

This process alone reads the store; what crosses to a worker is the panel of one origin, and what comes back its
forecasts. However long the schedule, memory holds one panel and one fit a worker. Workers divide the machine's
threads among them, which changes no bit of a result: LightGBM cuts its work into as many blocks as its settings say.
"""

import os
import signal
import traceback
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from errors import ModelError, StrandcastError
from features.panel import Panel
from training.refits import Answer, Fitted, PanelAt, Refit

# A worker that ends by itself has nothing left to do; one that does not is ended.
_PATIENCE_S = 5.0


def side_by_side(
    refits: Sequence[Refit], horizons: tuple[int, ...], panel_at: PanelAt, workers: int
) -> Generator[tuple[Refit, dict[str, Answer]]]:
    """Yield the answers of one origin after the other, as `in_turn` does, made by so many processes.

    The origins of a refit come in their order; those of different refits as they are done. Closing the iterator
    ends the processes.

    Raises:
        ModelError: As said by a fit, or a process ended before it was done.
    """
    waiting = iter(refits)
    lanes: list[_Lane] = []
    try:
        with _divided(threads=max(1, len(os.sched_getaffinity(0)) // workers)):
            for _ in range(min(workers, len(refits))):
                lanes.append(_Lane())  # noqa: PERF401 - those that were started are ended even if the next cannot be
        busy = {lane.connection: lane for lane in lanes}
        for lane in lanes:
            lane.begin(next(waiting), horizons, panel_at)
        while busy:
            for connection in wait(list(busy)):
                lane = busy[connection]  # type: ignore[index]  # `wait` returns what it was handed
                refit, answers = lane.refit, lane.answers()
                if not lane.go_on(panel_at):
                    following = next(waiting, None)
                    if following is None:
                        del busy[lane.connection]
                        lane.dismiss()
                    else:
                        lane.begin(following, horizons, panel_at)
                yield refit, answers
    finally:
        for lane in lanes:
            lane.end()


class _Lane:
    """A worker as this process sees it."""

    refit: Refit

    def __init__(self) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._asked, self._dismissed = 0, False
        self._process: BaseProcess = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, refit: Refit, horizons: tuple[int, ...], panel_at: PanelAt) -> None:
        """Hand over the first origin of a refit."""
        self.refit, self._asked = refit, 0
        self._send((refit.fits, horizons))
        self.go_on(panel_at)

    def go_on(self, panel_at: PanelAt) -> bool:
        """Hand over the refit's next origin; return False where it has none left."""
        if self._asked == len(self.refit.origins):
            return False
        origin = self.refit.origins[self._asked]
        self._asked += 1
        self._send((origin, panel_at(origin)))
        return True

    def answers(self) -> dict[str, Answer]:
        """Return what the worker found, or raise what it met."""
        try:
            found = self.connection.recv()
        except (EOFError, OSError):
            raise self._ended() from None
        if isinstance(found, dict):
            return found
        kind, *told = found
        if issubclass(kind, StrandcastError):
            raise kind(told[0], place=told[1], fix=told[2])
        raise RuntimeError(told[0])

    def dismiss(self) -> None:
        """Let the worker end by itself."""
        self._send(None)
        self._dismissed = True

    def end(self) -> None:
        """See that the worker is gone."""
        if not self._dismissed:
            self._process.terminate()
        self.connection.close()
        self._process.join(_PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def _send(self, message: object) -> None:
        try:
            self.connection.send(message)
        except OSError:
            raise self._ended() from None

    def _ended(self) -> ModelError:
        self._process.join(_PATIENCE_S)
        code = self._process.exitcode
        return ModelError(
            f"ended before it was done, with code {code}",
            place="a worker of the backtest",
            fix="run it again, with --workers 1 where memory was short: what is finished is kept",
        )


def _work(connection: Connection) -> None:
    """Answer until told to stop, or until the process that asks is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fitted = Fitted({}, ())
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            return
        if message is None:
            return
        first, second = message
        if not isinstance(second, Panel):
            fitted = Fitted(first, second)
        elif not _answer(connection, fitted, first, second):
            return


def _answer(connection: Connection, fitted: Fitted, origin: int, panel: Panel) -> bool:
    """Send the answers, or what went wrong; return False where nobody listens any more."""
    reply: object
    try:
        reply = fitted.answers(origin, panel)
    except StrandcastError as error:
        reply = (type(error), error.problem, error.place, error.fix)
    except Exception:  # noqa: BLE001 - the asking process raises it again, with this traceback as its text
        reply = (RuntimeError, traceback.format_exc())
    try:
        connection.send(reply)
    except OSError:
        return False
    return True


@contextmanager
def _divided(threads: int) -> Iterator[None]:
    """Start processes with so many threads each, deaf to Ctrl-C: this process hears it and ends them.

    OpenMP reads its limit when it is loaded, so it must stand in the environment; `num_threads` as LightGBM is told it
    stays as it is, and with it how sums are split.
    """
    limits = dict.fromkeys(("OMP_THREAD_LIMIT", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    before = {name: os.environ.get(name) for name in limits}
    os.environ.update(limits)
    # Python's own helper of new processes lifts the block when it starts, and starts with the first of them.
    resource_tracker.ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
