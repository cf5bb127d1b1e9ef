"""How a reader of packages ends where it doesn't accept."""


class Refusal(Exception):
    """The package is refused; the reason is for people, and no format of the specification."""

    def __init__(self, reason, detail=""):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class RulesUnknown(Exception):
    """Later rules may have decided an entry of the package: that is no verdict (package.md, step 4)."""


def require(condition, reason, detail=""):
    if not condition:
        raise Refusal(reason, detail)
