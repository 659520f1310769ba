"""The set-up that every command shares."""

from .odoo import Instance
from .odoo_source import ensure_odoo
from .stamp import setup_lock
from .system import BASE_PROGRAMS, ensure_programs
from .venv import RUN, ensure_python


def ensure_instance(name: str, *python_lists: str) -> Instance:
    """Fetch what is missing and return an instance that can run.

    :param name: the instance's name within this checkout.
    :param python_lists: lists in dev/tools of Python packages wanted beside Odoo's.
    :raise SetupError: when something is missing that could not be fetched.
    """
    with setup_lock():
        ensure_programs(BASE_PROGRAMS)
        source = ensure_odoo()
        python = ensure_python(RUN, *python_lists)
        return Instance(name, python, source)
