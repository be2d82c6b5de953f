"""What is wrong with one field of a body, a query or a setting: our words for what the framework found, one sentence for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TIME = "Must be a time with its zone, such as 2026-03-24T10:00:00Z"

# By Pydantic's type of an error; what is in braces is a key of its context.
SENTENCES = {
    "missing": "This field is required",
    "extra_forbidden": "There is no such field here",
    "string_type": "Must be a string",
    "string_unicode": "Must be a string of valid Unicode",
    "bool_type": "Must be true or false",
    "bool_parsing": "Must be true or false",
    "int_type": "Must be a whole number",
    "int_parsing": "Must be a whole number",
    "int_parsing_size": "Must be a whole number, and a smaller one",
    "int_from_float": "Must be a whole number",
    "float_type": "Must be a number",
    "float_parsing": "Must be a number",
    "finite_number": "Must be a number that is neither infinite nor NaN",
    "list_type": "Must be an array",
    "tuple_type": "Must be an array",
    "set_type": "Must be an array",
    "dict_type": "Must be an object",
    "mapping_type": "Must be an object",
    "model_type": "Must be an object",
    "model_attributes_type": "Must be an object",
    "dataclass_type": "Must be an object",
    "string_too_short": "Must have at least {min_length} characters",
    "string_too_long": "Must have at most {max_length} characters",
    "too_short": "Must have at least {min_length} items, not {actual_length}",
    "too_long": "Must have at most {max_length} items",
    "literal_error": "Must be {expected}",
    "enum": "Must be {expected}",
    "greater_than": "Must be more than {gt}",
    "greater_than_equal": "Must be at least {ge}",
    "less_than": "Must be less than {lt}",
    "less_than_equal": "Must be at most {le}",
    "string_pattern_mismatch": "Must fit the pattern {pattern}",
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": _TIME,
    "url_type": "Must be a URL",
    "url_parsing": "Must be a URL, with its scheme",
    "url_scheme": "Must be a URL that begins with {expected_schemes}",
    "url_too_long": "Must be a URL of at most {max_length} characters",
}


def sentence(found: Mapping[str, Any]) -> str:
    """What to tell of an item of `ValidationError.errors()`. A validator of ours has said it already: `ValueError`'s own text."""
    said = SENTENCES.get(found["type"])
    return said.format_map(found.get("ctx", {})) if said else str(found["msg"]).removeprefix("Value error, ")
