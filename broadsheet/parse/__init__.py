"""From the text of a page to its article and comments. Knows no database."""

from broadsheet.parse.gold import as_gold
from broadsheet.parse.model import PARSER_VERSION, Comment, Kind, ParsedPage, Sentence, Span
from broadsheet.parse.page import parse_page

__all__ = ["PARSER_VERSION", "Comment", "Kind", "ParsedPage", "Sentence", "Span", "as_gold", "parse_page"]
