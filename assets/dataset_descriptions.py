"""A dataset's description in the UI: its grain and its checks, read off its suite or off dbt's own tests."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from broadsheet.quality import checks_of

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>])")
_ACTING = re.compile(r"(\\|\](?=[(\[])|!(?=\[)|<(?=[a-zA-Z/!?])|&(?=#?\w+;))")
_PAIRED = re.compile(r"([`*~]|(?<!\w)_|_(?!\w))")
_REF = re.compile(r"ref\('(\w+)'\)")
_ESCAPED = r"\\\1"
Node = Mapping[str, Any]


def markdown(text: str) -> str:
    """Text with nothing in it that Markdown or HTML would act on."""
    return _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False)).replace("\x00", "␀")


def described(grain: str, checks: Iterable[str]) -> str:
    """A description for the UI, which shows it as Markdown in some places and as plain text in others.

    Args:
        grain: what a row is, as the dictionary has it; ours, and nothing in it acts in Markdown.
        checks: what each demands, a sentence. Only what would act in it is escaped, so that most read the same in both.
    """
    listed = "\n".join(f"- {_inert(check)}" for check in checks)
    return f"{grain}\n\n**Checks** of every run:\n\n{listed}"


def _inert(sentence: str) -> str:
    """Escape what would act in Markdown, and nothing else: a mark that stands alone does not."""
    text = _ACTING.sub(_ESCAPED, sentence)
    return _PAIRED.sub(lambda mark: f"\\{mark[0]}" if sentence.count(mark[0]) > 1 else mark[0], text)


def of_suite(table: str) -> list[str]:
    """What the checks of a table of schema.sql demand.

    Raises:
        KeyError: no suite guards the table.
    """
    return [f"{check.description}{'' if check.severity == 'error' else ' (Warns.)'}" for check in checks_of(table)]


def of_model(manifest: Mapping[str, Any], unique_id: str) -> list[str]:
    """What is checked of a dbt model: its contract, then the tests that hang on it."""
    return [*_of_contract(manifest["nodes"][unique_id]), *map(of_test, _tests_of(manifest, unique_id))]


def of_test(test: Node) -> str:
    """What a dbt test demands: its own description, else what its kind and arguments, or its name, say."""
    generic = test.get("test_metadata", {})
    say = _KINDS.get(generic.get("name"))
    if test.get("description"):
        return str(test["description"])
    return say(generic["kwargs"]) if say else _sentence(test, generic.get("kwargs", {}))


def _tests_of(manifest: Mapping[str, Any], unique_id: str) -> Iterator[Node]:
    """Tests that hang on the model, and those of more than one table that read it."""
    for child in manifest["child_map"][unique_id]:
        node = manifest["nodes"].get(child, {})
        if node.get("resource_type") == "test" and node.get("attached_node") in {unique_id, None}:
            yield node


def _of_contract(model: Node) -> Iterator[str]:
    never_null = [
        name
        for name, column in model["columns"].items()
        if any(constraint["type"] == "not_null" for constraint in column["constraints"])
    ]
    if never_null:
        yield f"Never null: {', '.join(never_null)}."


def _one_of(arguments: Mapping[str, Any]) -> str:
    return f"{arguments['column_name']} is one of {', '.join(arguments['values'])}."


def _relationship(arguments: Mapping[str, Any]) -> str:
    table = _REF.sub(r"\1", arguments["to"])
    return f"Every {arguments['column_name']} is a {arguments['field']} of {table}."


_KINDS: dict[str | None, Callable[[Mapping[str, Any]], str]] = {
    "not_null": lambda arguments: f"{arguments['column_name']} is never null.",
    "unique": lambda arguments: f"No {arguments['column_name']} occurs twice.",
    "accepted_values": _one_of,
    "relationships": _relationship,
}


def _sentence(test: Node, arguments: Mapping[str, Any]) -> str:
    """The name of a test, which is a sentence in this house, and what it is about."""
    name = test["name"].replace("_", " ").capitalize()
    if "expression" in arguments:
        return f"{name}: {' '.join(arguments['expression'].split())}."
    if "columns" in arguments:
        low, high = arguments["low"], arguments.get("high")
        limits = f"at least {low}" if high is None else f"in [{low}, {high}]"
        return f"{name}: {', '.join(arguments['columns'])} {limits}."
    return f"{name}."
