"""The referee: a deterministic simulation of the server side of the addon.

Everything that can happen is a step that a schedule places; afterwards both ledgers are compared,
and what was said on screens. One file for each part:

* ``kernel``: actors and processes, and the schedule that decides what happens next;
* ``clock``: one time for all, which passes only as a step;
* ``odoo_server``: Odoo, in this process, with real transactions: calls, crons, notifications;
* ``cursor``: a transaction that belongs to an actor;
* ``network``: the way to Viva and back, with the faults that a request can meet;
* ``shop``: the register in the database, and how it is cleaned between schedules;
* ``till``: what a till does;
* ``world``: all of these together, for one schedule;
* ``scenes``: what happens, told as small programs for a few actors;
* ``judge``: what must hold at the end;
* ``search``: which schedules are played: all up to a bound, then random ones;
* ``mutations``: fixes that can be taken out, to prove that the referee would find the fault.
"""
