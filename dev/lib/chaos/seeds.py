"""A seed alone determines a schedule."""

from .refund_schedule import RefundGenerator
from .schedule import SaleGenerator, Schedule


def generate(seed: int) -> Schedule:
    """Return the schedule of a seed: sales, and in a third of all schedules refunds of one."""
    sales = SaleGenerator(seed).schedule()
    refunds = RefundGenerator(sales)
    return refunds.schedule() if refunds.are_wanted else sales
