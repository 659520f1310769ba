"""The till of a schedule: its calls are served by workers of the kernel, and it waits in its clock.

Its methods run in the script of a cashier (an actor without process).
"""

from odoo.exceptions import AccessError

from ..till import QUESTION, Lost, Place, Refusal, Till


class ScheduledTill(Till):
    """One device of the register."""

    def __init__(self, world, place: Place, number: int):
        """Switch it on.

        :param number: 0 or 1.
        """
        super().__init__(place, f"till {number + 1}")
        self.world, self.kernel = world, world.kernel
        self.is_sharing = world.scene.is_sharing
        self.now, self.note, self.spawn = world.clock.now, self.kernel.note, self.kernel.spawn
        self.claim = world.claim

    def rpc(self, method, *args, model="viva.wallet.till", limit=QUESTION):
        """Override to have a worker serve the call; the answer may get lost."""
        call = Rpc(self, method)
        call.actor = self.world.server.call(
            f"{self.name} {method}", self.place.user, model, method, args, call.take
        )
        self.world.rpcs.append(call)
        self.wait(call.is_over, limit)
        self.world.rpcs.remove(call)
        if not call.is_answered or call.is_lost:
            self.note(f"{self.name} {method}: no answer")
            raise Lost
        if call.error:
            self.note(f"{self.name} {method}: {type(call.error).__name__} {call.error}")
            raise Refusal(str(call.error), isinstance(call.error, AccessError))
        return call.result

    def wait(self, condition, seconds):
        """Override to let others go on."""
        self.kernel.pause(condition, self.now() + seconds)

    def request(self, line):
        """Override to write it down for the judge."""
        self.world.request(line)

    def stated(self, line):
        """Override to write it down for the judge."""
        self.world.stated.add(line.session)


class Rpc:
    """A call of a till that the server has not answered yet."""

    def __init__(self, till, method):
        self.till, self.method = till, method
        self.actor = None
        self.result = self.error = None
        self.is_answered = self.is_lost = False

    def take(self, result, error):
        """Take the answer."""
        self.result, self.error, self.is_answered = result, error, True

    def lose(self):
        """Have the till wait no longer for the answer."""
        self.is_lost = True

    def is_over(self):
        """Whether there is nothing to wait for any more."""
        # The answer leaves when its transaction is over.
        return self.is_lost or self.till.kernel.is_settled(self.actor)
