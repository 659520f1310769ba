"""A transaction of Odoo that belongs to the actor that began it."""

import re

from odoo import sql_db

from .kernel import ProcessKilled

# Queries after which a transaction holds locks.
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|TRUNCATE|LOCK)\b|\bFOR (NO KEY )?UPDATE\b", re.I)
CLOCKS = re.compile(r"\b(?:clock_timestamp|now)\(\)", re.I)


def require_alive(actor) -> None:
    """End what is done for an actor whose process was killed."""
    if actor and actor.is_dead:
        raise ProcessKilled


class ActorCursor(sql_db.Cursor):
    """Takes the place of Odoo's cursor; see `odoo_server`."""

    server = actor = None

    def __init__(self, *args):
        """Override to belong to the actor that runs, and to its process."""
        super().__init__(*args)
        self.writes = self.has_snapshot = False
        kernel = self.server.kernel
        actor = self.actor = None if kernel.is_quiet else kernel.current
        if actor:
            actor.cursors.add(self)
            if actor.process:
                actor.process.connections.add(self._cnx)

    def _close(self, leak=False):
        actor = self.actor
        if actor:
            actor.cursors.discard(self)
            if actor.is_dead:
                self._closed = True
                raise ProcessKilled
            if actor.process:
                actor.process.connections.discard(self._cnx)
        super()._close(leak)

    def execute(self, query, params=None, log_exceptions=True):
        """Override to tell the time of the schedule, and to pause once there is a snapshot."""
        require_alive(self.actor)
        if isinstance(query, sql_db.SQL):
            query, params = query.code, query.params
        text = query if isinstance(query, str) else str(query)
        if CLOCKS.search(text):
            query = CLOCKS.sub(self.server.clock.sql(), text)
        super().execute(query, params, log_exceptions)
        self.writes = self.writes or bool(WRITES.search(text))
        if not self.has_snapshot and self.actor:
            self.has_snapshot = True
            if self.server.points >= 2 and not self.server.holds_locks():
                self.server.kernel.pause()

    def commit(self):
        """Override: what was killed commits nothing."""
        require_alive(self.actor)
        super().commit()
        self.writes = self.has_snapshot = False

    def rollback(self):
        """Override to take note that no locks are held any more."""
        super().rollback()
        self.writes = self.has_snapshot = False
