"""A fake Viva: server, control API and a page that looks like a card terminal."""

from .app import Simulator
from .clock import Clock, ManualClock
from .errors import SimulatorError
