"""From the text of a page to its article and comments. Knows no database."""

from broadsheet.parse.json_format import as_gold
from broadsheet.parse.page import parse_page
from broadsheet.parse.parsed_page import PARSER_VERSION, Comment, Kind, ParsedPage, Sentence, Span

__all__ = ["PARSER_VERSION", "Comment", "Kind", "ParsedPage", "Sentence", "Span", "as_gold", "parse_page"]
