"""A measurement under way."""

import threading
from collections.abc import Sequence

from advisor.rates.listener import GRACE_S, Listener
from advisor.rates.programs import Program
from advisor.rates.report import Report, rates_of
from advisor.values.facts import Rates


class Running:
    """What `start` returns. Safe to leave alone: it ends by itself, and at the latest with this process."""

    def __init__(
        self, programs: Sequence[Program], fingerprint: str, *, report: Report | None = None, reason: str = ""
    ) -> None:
        """Done already, with `report` or, for want of one, with `reason`."""
        self._programs = programs
        self._fingerprint = fingerprint
        self._report = report or Report()
        self._reason = reason
        self._thread: threading.Thread | None = None
        self._listener: Listener | None = None

    @classmethod
    def begun(cls, listener: Listener, fingerprint: str) -> "Running":
        running = cls(listener.programs, fingerprint)
        running._listener = listener
        running._thread = threading.Thread(target=listener.listen, name="advisor-rates", daemon=True)
        running._thread.start()
        return running

    @property
    def done(self) -> bool:
        return self._thread is None or not self._thread.is_alive()

    def finish(self, timeout_s: float | None = None) -> Rates:
        """Waits (default: until the budget is spent) and returns what was measured, gaps with their reasons."""
        if self._thread is not None and self._listener is not None:
            try:
                self._thread.join(self._listener.left_s() + GRACE_S if timeout_s is None else timeout_s)
            except BaseException:
                self.stop()
                raise
            self.stop()
        return self.so_far()

    def so_far(self) -> Rates:
        """What has been measured up to now, without waiting."""
        if self._listener is None:
            return rates_of(self._report, self._programs, self._fingerprint, self._reason)
        return rates_of(self._listener.report, self._programs, self._fingerprint, self._listener.missing)

    def stop(self) -> None:
        """Ends the measuring process; what it has finished can still be had from `finish`."""
        if self._listener is not None and self._thread is not None and self._thread.is_alive():
            self._listener.stop()
            self._thread.join(GRACE_S)  # a process stuck in a driver cannot be killed: it is left behind
