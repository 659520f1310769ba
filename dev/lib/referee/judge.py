"""What must hold after a schedule: the money rule, told as sentences about what breaks it.

Viva's side is the simulator's own ledger. Nothing here asks the addon what it thinks: rows, orders and
payments are read from the database, and what screens claimed was written down when they were told.
"""

from collections import defaultdict

# Viva was seen to change its mind after these; written down here on purpose, not taken from the addon.
DOUBTFUL = {1002, 1070, 1072, 1080, 1099, 1110, 1301, 1302, 1303, 3001, 3002, 3099, 4000}
NOTHING = ("Nothing was charged", "Nothing was paid back")
ROWS = """
    SELECT id, session_id, kind, state, reason, money_uncertain, check_at, review, review_state, statement,
           charged_minor, transaction_id, payment_id, order_uuid, payment_uuid, parent_id,
           extract(epoch FROM asked_at) AS asked, extract(epoch FROM finished_at) AS finished
      FROM viva_wallet_transaction ORDER BY id
"""
PAYMENTS = """
    SELECT payment.id, payment.uuid, round(payment.amount * 100)::int AS minor,
           payment.viva_wallet_session_id AS session, payment.transaction_id, ordered.uuid AS order_uuid,
           ordered.state, method.use_payment_terminal = 'viva_wallet' AS is_ours
      FROM pos_payment payment
      JOIN pos_order ordered ON ordered.id = payment.pos_order_id
      JOIN pos_payment_method method ON method.id = payment.payment_method_id
  ORDER BY payment.id
"""


class Judge:
    """Looks at a world at rest."""

    def __init__(self, world):
        """Read the ledgers."""
        self.world = world
        self.rows = world.server.rows(ROWS)
        self.payments = world.server.rows(PAYMENTS)
        self.moves = list(world.viva._engine.bank.transactions)
        self.sessions = world.viva._engine.sessions
        self.by_session = {row["session_id"]: row for row in self.rows}
        self.by_transaction = {
            row["transaction_id"]: row for row in self.rows if row["transaction_id"]
        }

    def soon(self) -> list[str]:
        """Return what is wrong shortly after the last script: news was not passed on."""
        world = self.world
        if world.scene.is_rough or world.is_disturbed:
            return []
        faults = []
        for session, _moment in world.delivered.items():
            row, at_viva = self.by_session.get(session), self.sessions.get(session)
            if (
                row
                and at_viva
                and at_viva.success
                and row["state"] in ("sent", "failed", "unknown")
            ):
                faults.append(
                    f"Viva announced the success of {_short(session)}, and it is still {row['state']}."
                )
        return faults

    def finally_(self) -> list[str]:
        """Return what is wrong once everything is at rest."""
        return [
            *self._moves(),
            *self._approved_rows(),
            *self._payments(),
            *self._excess(),
            *self._claims(),
            *self._stuck(),
            *self._complaints(),
        ]

    # === BOTH LEDGERS === #

    def _moves(self):
        for move in self.moves:
            row = self.by_transaction.get(move.transaction_id)
            if row is None:
                yield from self._unknown_move(move)
            elif self._is_on_review(row):
                continue
            elif move.reversed and row["state"] != "reversed":
                yield f"Viva undid {_short(row['session_id'])}, and nobody is asked to look."
            elif not move.reversed and row["state"] != "approved":
                yield f"{_short(row['session_id'])} moved money, but is {row['state']}."
            elif row["charged_minor"] != move.amount:
                yield f"{_short(row['session_id'])} moved {move.amount}, not {row['charged_minor']}."

    def _unknown_move(self, move):
        row = self.by_session.get(move.session_id or move.merchant_reference)
        if row and (self._is_on_review(row) or move.reversed):
            return
        parent = move.parent and self.by_transaction.get(move.parent.transaction_id)
        if (
            parent
            and row is parent
            and (self._is_on_review(parent) or parent["state"] == "reversed")
        ):
            return
        if row and row is not parent:
            yield f"{_short(row['session_id'])} moved {move.amount}, but is {row['state']}."
        elif parent:
            if not self._is_on_review(parent) and parent["state"] != "reversed":
                yield (
                    f"{move.amount} of {_short(parent['session_id'])} was paid back at Viva, and"
                    " nobody is asked to look."
                )
        else:
            yield f"Viva moved {move.amount}, which is in no ledger."

    def _approved_rows(self):
        moved = {move.transaction_id for move in self.moves}
        for row in self.rows:
            if row["state"] in ("approved", "reversed") and row["transaction_id"] not in moved:
                yield f"{_short(row['session_id'])} is {row['state']}, but no money moved."

    # === ORDERS === #

    def _payments(self):
        booked = defaultdict(list)
        for payment in self.payments:
            if payment["state"] != "cancel" and payment["session"]:
                booked[payment["session"]].append(payment)
        for row in self.rows:
            if row["state"] != "approved" or self._is_on_review(row):
                continue
            payments = booked[row["session_id"]]
            if len(payments) != 1:
                if not self._is_settled(row, booked):
                    yield f"{_short(row['session_id'])} is booked {len(payments)} times."
                continue
            sign = 1 if row["kind"] == "sale" else -1
            if payments[0]["minor"] != sign * row["charged_minor"]:
                yield f"{_short(row['session_id'])} is booked as {payments[0]['minor']}."
        yield from self._uncovered()

    def _is_settled(self, row, booked):
        """Tell whether a charge was paid back as a whole and both are booked nowhere."""
        sale = next((r for r in self.rows if r["id"] == row["parent_id"]), row)
        refunds = [
            r for r in self.rows if r["parent_id"] == sale["id"] and r["state"] == "approved"
        ]
        returned = sum(refund["charged_minor"] for refund in refunds)
        return returned == sale["charged_minor"] and not any(
            booked[r["session_id"]] for r in [sale, *refunds]
        )

    def _uncovered(self):
        for payment in self.payments:
            if not payment["is_ours"] or payment["state"] in ("draft", "cancel"):
                continue
            row = self.by_session.get(payment["session"])
            if row is None:
                yield f"Payment {_short(payment['uuid'])} has no request behind it."
            elif row["state"] != "approved" and not (row["review_state"] or row["statement"]):
                yield f"Payment {_short(payment['uuid'])} is booked, but {row['state']}."

    # === TOO MUCH === #

    def _excess(self):
        """A request that was sent although what it paid for was paid already, or might still be."""
        for wish in self.world.wishes:
            move = self._move_of(wish.session)
            if not move or self._is_chosen(wish):
                continue
            cost = abs(round(self.world.costs[wish.order] * 100))
            before = self._moved_before(wish)
            if before + move.amount - move.tip_amount > cost:
                yield (
                    f"{_short(wish.session)} moved {move.amount} for an order of {cost} of which"
                    f" {before} had been moved before it was sent."
                )
            for session in wish.open:
                other = self._move_of(session)
                if (
                    other
                    and self.world.movements[other.transaction_id] > wish.step
                    and (before + move.amount - move.tip_amount + other.amount > cost)
                ):
                    yield (
                        f"{_short(wish.session)} was sent while {_short(session)} could still move"
                        " money, and both did."
                    )

    def _is_chosen(self, wish):
        """Tell whether a person wanted more, or said that an earlier request had not been paid."""
        earlier = {w.session for w in self.world.wishes if w.order == wish.order}
        return wish.session in self.world.chosen or bool(earlier & self.world.stated)

    def _move_of(self, session):
        return next(
            (
                move
                for move in self.moves
                if session in (move.session_id, move.merchant_reference)
                and (move.session_id == session or move.kind == "web_refund")
            ),
            None,
        )

    def _moved_before(self, wish):
        total = 0
        for other in self.world.wishes:
            if other.order != wish.order or other.session == wish.session:
                continue
            move = self._move_of(other.session)
            if not move or self.world.movements[move.transaction_id] >= wish.step or move.reversed:
                continue
            back = sum(
                m.amount
                for m in self.moves
                if m.parent is move and self.world.movements[m.transaction_id] < wish.step
            )
            same = (other.amount < 0) == (wish.amount < 0)
            total += (move.amount - back) if same else 0
        return total

    # === WHAT WAS CLAIMED === #

    def _claims(self):
        last = {}
        for claim in self.world.claims:
            last[claim.session] = claim
            yield from self._knew_better(claim)
        for session, claim in last.items():
            row, move = self.by_session.get(session), self._move_of(session)
            if not move or move.reversed or not _denies(claim):
                continue
            moved_at = self.world.movements[move.transaction_id]
            if claim.is_guess:
                yield f"The till gave up {_short(session)}, which was paid."
                continue
            is_told = any(s == session and step >= moved_at for step, s in self.world.told)
            if not (is_told or (row and self._is_on_review(row))):
                yield f"The till was told that nothing moved for {_short(session)}, to the end."

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
        body = known[-1]
        if body.get("success") is True:
            yield f"The till was told the contrary of what Viva had said about {_short(claim.session)}."
        is_doubtful = body.get("eventId") in DOUBTFUL or (
            body.get("eventId") == 1016 and body.get("abortSuccess") is not True
        )
        if body.get("success") is False and is_doubtful:
            yield f"The till was told more than is known about {_short(claim.session)}: {claim.text}"

    # === STUCK === #

    def _stuck(self):
        for row in self.rows:
            name = _short(row["session_id"])
            if row["state"] in ("new", "sent"):
                yield f"{name} is still {row['state']}."
            if row["state"] == "unknown" and not self._is_on_review(row):
                yield f"{name} is unknown and nobody is asked to look."
            if (
                row["state"] == "failed"
                and row["money_uncertain"]
                and not self._is_looked_after(row)
            ):
                yield f"{name} is uncertain and nobody asks any more."

    def _is_looked_after(self, row):
        session = self.sessions.get(row["session_id"])
        changed = (session and session.finished_at) or 0
        return row["check_at"] or self._is_on_review(row) or (row["asked"] or 0) > changed

    def _complaints(self):
        allowed = self.world.scene.complaints
        return [c for c in self.world.server.complaints if not any(a in c for a in allowed)]

    @staticmethod
    def _is_on_review(row):
        return row["review_state"] == "open"


def _denies(claim):
    return claim.is_guess or any(text in claim.text for text in NOTHING)


def _short(text):
    return str(text)[:8]
