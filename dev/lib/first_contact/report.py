"""The report: what was seen, what the code assumes, where they differ; then all answers, masked."""

import json
from collections.abc import Iterable

from .account import Account, Finding

_MARKS = {True: "as assumed", False: "**DIFFERS**", None: "was not known"}


def write(account: Account, titles: Iterable[tuple[str, list[Finding]]]) -> str:
    """Return the report in Markdown.

    :param titles: of the checks, each with what it found.
    """
    lines = ["# First contact with Viva", "", f"Environment: {account.hosts.api}", ""]
    for title, findings in titles:
        lines += [f"## {title}", "", "| | Seen | The code assumes | |", "|---|---|---|---|"]
        lines += [_row(finding) for finding in findings]
        lines.append("")
    lines += ["## All answers", "", "```json"]
    lines += [json.dumps(vars(exchange), default=str) for exchange in account.exchanges]
    return "\n".join([*lines, "```", ""])


def _row(finding: Finding) -> str:
    cells = (finding.topic, finding.seen, finding.assumed, _MARKS[finding.agrees])
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
