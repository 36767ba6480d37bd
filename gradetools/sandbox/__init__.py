"""A OneRoster 1.2 gradebook on 127.0.0.1: real HTTP, invented people.

It reads the contract on its own account and imports nothing else of this package, so that one
mistake is not made twice.
"""

from gradetools.sandbox.faults import Fault
from gradetools.sandbox.school import invented_school
from gradetools.sandbox.server import Sandbox
from gradetools.sandbox.store import LoggedRequest

__all__ = ["Fault", "LoggedRequest", "Sandbox", "invented_school"]
