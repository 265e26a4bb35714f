"""The `broadsheet` command, installed as such and as `python -m broadsheet`; its verbs are in pipelines/cli."""

import importlib

from broadsheet.project_files import put_on_path


def main() -> None:
    """Run the command; by name, since the library imports nothing of what orchestrates it."""
    put_on_path()
    importlib.import_module("pipelines.cli").main()


if __name__ == "__main__":
    main()
