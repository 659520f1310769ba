"""What a stage of the tests found, and how it is told."""

from dataclasses import dataclass, field


@dataclass
class StageResult:
    """The outcome of one stage; `seconds` is how long it took."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def add_problem(self, text: str) -> None:
        """Count something that must not be, beside the tests themselves."""
        self.failed += 1
        self.problems.append(text)

    def require_tests(self) -> "StageResult":
        """Make a stage in which nothing ran a failure."""
        if not self.passed and not self.failed:
            self.add_problem("No test found.")
        return self

    @property
    def is_good(self) -> bool:
        """Whether tests ran and none failed."""
        return self.passed > 0 and not self.failed


def print_summary(results: list[StageResult]) -> None:
    """Print the table, and the closing line that machines read."""
    print(f"\n{'stage':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for result in results:
        print(
            f"{result.name:<10}{result.passed:>8}{result.failed:>8}{result.skipped:>9}"
            f"{result.seconds:>9.1f}"
        )
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    print(f"\n{passed} passed, {failed} failed", flush=True)
