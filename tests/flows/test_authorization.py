"""One authorization point: every rule is asked cold and warm, by cookie and by bearer token."""

from dataclasses import dataclass

from cognito_gate._gate.authorization import Target
from cognito_gate.errors import Forbidden
from cognito_gate.identity import Identity


@dataclass(frozen=True)
class Group:
    """What is below `path` is for one group."""

    path: str
    group: str

    def check(self, target: Target, identity: Identity) -> None:
        if target.path.startswith(self.path) and self.group not in identity.groups:
            raise Forbidden(f"only {self.group} may go here", sub=identity.sub)


@dataclass(frozen=True)
class Method:
    """One method is for nobody."""

    method: str

    def check(self, target: Target, identity: Identity) -> None:
        if target.method == self.method:
            raise Forbidden("not this method", sub=identity.sub)


@dataclass(frozen=True)
class Mount:
    """What is mounted in one place is for nobody."""

    mount: str

    def check(self, target: Target, identity: Identity) -> None:
        if target.mount == self.mount:
            raise Forbidden("not this mount", sub=identity.sub)
