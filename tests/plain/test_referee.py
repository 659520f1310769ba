"""The kernel of the referee: the same schedule is the same course, and the killed do nothing any more."""

import itertools

import pytest

from dev.lib.referee.kernel import (
    ACTOR,
    STEP_SECONDS,
    TIME,
    UNUSUAL,
    Endless,
    Kernel,
    Option,
    Process,
)


class Clock:
    """Time that only the kernel moves."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return self.seconds

    elapsed = now

    def advance_to(self, moment):
        self.seconds = max(self.seconds, moment)


class Connection:
    """Writes down what is done to it."""

    def __init__(self):
        self.done = []
        self.closed = False

    def rollback(self):
        self.done.append("rollback")

    def close(self):
        self.done.append("close")
        self.closed = True


@pytest.fixture
def kernel():
    kernel = Kernel(Clock(), lambda _process: None)
    yield kernel
    kernel.discard_actors()


def two_actors(kernel, course):
    def work(name):
        for step in range(2):
            course.append(f"{name}{step}")
            kernel.pause()

    for name in "ab":
        kernel.spawn(name, lambda name=name: work(name))


def play(kernel, deviations):
    kernel.discard_actors()
    kernel.reset(deviations)
    course = []
    two_actors(kernel, course)
    kernel.run(lambda: False)
    return "".join(course)


def test_whoever_ran_last_goes_on(kernel):
    assert play(kernel, {}) == "b0b1a0a1"


def test_a_deviation_takes_another_step(kernel):
    assert play(kernel, {0: 1}) == "a0a1b0b1"
    assert play(kernel, {1: 1}) == "b0a0a1b1"


def test_the_same_schedule_is_the_same_course(kernel):
    every = [dict(enumerate(choices)) for choices in itertools.product((0, 1), repeat=3)]
    courses = [play(kernel, deviations) for deviations in every]
    assert [play(kernel, deviations) for deviations in every] == courses
    assert len(set(courses)) > 4


def test_a_choice_that_is_too_large_is_one_of_those_there_are(kernel):
    assert play(kernel, {0: 7}) == play(kernel, {0: 1})


def test_a_position_counts_only_where_there_is_a_choice(kernel):
    play(kernel, {})
    assert kernel.degrees == [2, 2, 2]  # and the last steps of the last actor


def test_unusual_steps_come_last_and_are_known(kernel):
    taken = []
    kernel.sources.append(
        lambda: [
            Option("fault", lambda: taken.append("fault"), UNUSUAL),
            Option("time", lambda: taken.append("time"), TIME),
            Option("message", lambda: taken.append("message"), ACTOR),
        ]
    )
    kernel.run(lambda: bool(taken))
    assert taken == ["message"]
    assert kernel.unusual == [{2}]


def test_a_condition_is_waited_for(kernel):
    heard, said = [], []
    kernel.spawn("listener", lambda: heard.append(kernel.pause(lambda: bool(said), 100)))
    kernel.run(lambda: False)
    assert not heard
    said.append("something")
    kernel.run(lambda: False)
    assert heard == [True]


def test_waiting_ends_with_its_time(kernel):
    heard = []
    kernel.spawn("listener", lambda: heard.append(kernel.pause(lambda: False, 5)))
    kernel.run(lambda: False)
    assert kernel.next_due() == 5
    kernel.clock.advance_to(5)
    kernel.run(lambda: False)
    assert heard == [False]


def test_no_two_steps_are_at_the_same_moment(kernel):
    moments = []

    def work():
        for _step in range(3):
            moments.append(kernel.clock.now())
            kernel.pause()

    kernel.spawn("actor", work)
    kernel.run(lambda: False)
    assert moments == pytest.approx([STEP_SECONDS, 2 * STEP_SECONDS, 3 * STEP_SECONDS])


def test_a_killed_process_does_nothing_any_more(kernel):
    done = []
    process = Process("worker", {})
    connection = Connection()
    process.connections.add(connection)

    def work():
        try:
            kernel.pause()
            done.append("went on")
        finally:
            kernel.pause()
            done.append("cleaned up")

    actor = kernel.spawn("actor", work, process)
    kernel.resume(actor)
    kernel.kill(process)
    kernel.run(lambda: False)
    kernel.discard_actors()
    assert done == []
    assert kernel.is_settled(actor)
    assert connection.done == ["rollback", "close"]


def test_nothing_pauses_what_is_done_in_one_go(kernel):
    course = []

    def work():
        with kernel.quiet():
            kernel.pause()
            course.append("first")
        course.append("second")

    kernel.spawn("actor", work)
    kernel.spawn("other", lambda: course.append("other"))
    kernel.run(lambda: len(course) > 2)
    assert course == ["other", "first", "second"]


def test_a_schedule_without_an_end_is_a_fault(kernel):
    def work():
        while True:
            kernel.pause()

    kernel.spawn("actor", work)
    with pytest.raises(Endless):
        kernel.run(lambda: False)
