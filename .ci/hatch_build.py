"""What pyproject.toml cannot say of a wheel: single files of the top level go into the package too, in a wheel alone.

With hatch's `force-include` an editable install would get copies of them as well, beside the clone's own.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FILES = ("dagster.yaml", "workspace.yaml")


class Hook(BuildHookInterface):  # type: ignore[type-arg,misc]
    """Called by hatchling for each wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files where this is no editable install."""
        if version == "standard":
            build_data["force_include"] |= {f"{self.root}/{name}": f"broadsheet/_project/{name}" for name in _FILES}
