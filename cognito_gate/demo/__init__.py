"""The app that `cognito-gate demo` puts behind the gate: what an app sees of its visitor.

An app like any other: it knows the gate's scope keys and routes, not how sign-in works.
"""

from .app import make_app as make_app
from .backstage import Backstage as Backstage

__all__ = ["Backstage", "make_app"]
