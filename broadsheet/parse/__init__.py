"""From the text of a page to its article and comments. Knows no database."""

from broadsheet.parse.json_format import to_json_dict
from broadsheet.parse.parsed_page import PARSER_VERSION, Comment, Kind, ParsedPage, Sentence, Span
from broadsheet.parse.parser import parse_page

__all__ = ["PARSER_VERSION", "Comment", "Kind", "ParsedPage", "Sentence", "Span", "parse_page", "to_json_dict"]
