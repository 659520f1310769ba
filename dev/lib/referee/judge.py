"""What must hold after a schedule: the money rule, and what screens may have claimed meanwhile.

Nothing here asks the addon what it thinks: rows and payments are read from the database, and what
screens claimed was written down when they were told.
"""

from ..ledgers import PAYMENTS, ROWS, compare, is_on_review, short

# Viva was seen to change its mind after these; written down here on purpose, not taken from the addon.
DOUBTFUL = {1002, 1070, 1072, 1080, 1099, 1110, 1301, 1302, 1303, 3001, 3002, 3099, 4000}
NOTHING = ("Nothing was charged", "Nothing was paid back")


class Judge:
    """Looks at a world at rest."""

    def __init__(self, world):
        """Read the ledgers."""
        self.world = world
        self.rows = world.server.rows(ROWS)
        self.moves = world.viva.ledger()
        self.sessions = world.viva._engine.sessions
        self.by_session = {row["session_id"]: row for row in self.rows}

    def after_the_scripts(self) -> list[str]:
        """Return what is wrong shortly after the last script: news was not passed on."""
        world = self.world
        if world.scene.may_be_late or world.is_disturbed:
            return []
        return [
            f"Viva announced the success of {short(name)}, and it is still {row['state']}."
            for name in world.delivered
            if (row := self.by_session.get(name)) and row["state"] in ("sent", "failed", "unknown")
            if (session := self.sessions.get(name)) and session.success
        ]

    def at_rest(self) -> list[str]:
        """Return what is wrong once everything is at rest."""
        return [
            *compare(self.moves, self.rows, self.world.server.rows(PAYMENTS)),
            *self._excess(),
            *self._claims(),
            *self._forgotten(),
            *self._complaints(),
        ]

    # === TOO MUCH === #

    def _excess(self):
        """A request that was sent although what it paid for was paid already, or might still be."""
        for request in self.world.money_requests:
            move = self._move_of(request.session)
            if not move or self._is_chosen(request):
                continue
            cost = abs(round(request.cost * 100))
            before, own = self._moved_before(request), move["amount"] - move["tip_amount"]
            if before + own > cost:
                yield (
                    f"{short(request.session)} moved {move['amount']} for an order of {cost} of which"
                    f" {before} had been moved before it was sent."
                )
            for session in request.open:
                other = self._move_of(session)
                is_later = other and self._moved_at(other) > request.step
                if is_later and before + own + other["amount"] > cost:
                    yield (
                        f"{short(request.session)} was sent while {short(session)} could still move"
                        " money, and both did."
                    )

    def _is_chosen(self, request):
        """Tell whether a person has said that an earlier request had not been paid."""
        earlier = {w.session for w in self.world.money_requests if w.order == request.order}
        return bool(earlier & self.world.stated)

    def _move_of(self, session):
        for move in self.moves:
            is_by_account = move["kind"] == "web_refund" and move["merchant_reference"] == session
            if move["session_id"] == session or is_by_account:
                return move
        return None

    def _moved_at(self, move):
        return self.world.movements[move["transaction_id"]]

    def _moved_before(self, request):
        total = 0
        for other in self.world.money_requests:
            if other.order != request.order or other.session == request.session:
                continue
            move = self._move_of(other.session)
            if not move or self._moved_at(move) >= request.step or move["reversed"]:
                continue
            back = sum(
                m["amount"]
                for m in self.moves
                if m["parent_transaction_id"] == move["transaction_id"]
                and self._moved_at(m) < request.step
            )
            same = (other.amount < 0) == (request.amount < 0)
            total += (move["amount"] - back) if same else 0
        return total

    # === WHAT WAS CLAIMED === #

    def _claims(self):
        last = {}
        for claim in self.world.claims:
            last[claim.session] = claim
            yield from self._knew_better(claim)
        for session, claim in last.items():
            row, move = self.by_session.get(session), self._move_of(session)
            if not move or move["reversed"] or not _denies(claim):
                continue
            if claim.is_guess:
                yield f"The till gave up {short(session)}, which was paid."
                continue
            moved_at = self._moved_at(move)
            is_told = any(s == session and step >= moved_at for step, s in self.world.told)
            if not is_told and not is_on_review(row):
                yield f"The till was told that nothing moved for {short(session)}, to the end."

    def _knew_better(self, claim):
        if not _denies(claim):
            return
        known = [
            reply.body
            for step, message, reply in self.world.network.answers
            if step <= claim.step
            and message.session_id == claim.session
            and isinstance(reply.body, dict)
            and "eventId" in reply.body
        ]
        if not known:
            return
        body, name = known[-1], short(claim.session)
        if body.get("success") is True:
            yield f"The till was told the contrary of what Viva had said about {name}."
        is_doubtful = body.get("eventId") in DOUBTFUL or (
            body.get("eventId") == 1016 and body.get("abortSuccess") is not True
        )
        if body.get("success") is False and is_doubtful:
            yield f"The till was told more than is known about {name}: {claim.text}"

    # === STUCK === #

    def _forgotten(self):
        for row in self.rows:
            if (
                row["state"] == "failed"
                and row["money_uncertain"]
                and not self._is_looked_after(row)
            ):
                yield f"{short(row['session_id'])} is uncertain and nobody asks any more."

    def _is_looked_after(self, row):
        session = self.sessions.get(row["session_id"])
        changed = (session and session.finished_at) or 0
        return row["check_at"] or is_on_review(row) or (row["asked"] or 0) > changed

    def _complaints(self):
        allowed = self.world.scene.complaints
        return [c for c in self.world.server.complaints if not any(a in c for a in allowed)]


def _denies(claim):
    return claim.is_guess or any(text in claim.text for text in NOTHING)
