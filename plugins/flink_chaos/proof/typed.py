"""SQL for DuckDB that gives values of one type the same text if Flink takes them for the same value."""

from __future__ import annotations

import re

NUMBER = r"[\x00-\x20]*([+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?)[\x00-\x20]*"
INTEGER = r"[\x00-\x20]*([+-]?[0-9]+)[\x00-\x20]*"
"""As Java's parsers take them; DuckDB's own would take 1_000 and 0x3 too."""

DECIMAL = re.compile(r"\s*(?:DECIMAL|DEC|NUMERIC)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?", re.IGNORECASE)
NESTED = re.compile(r"\s*(ROW|ARRAY)\b|.*\bARRAY\s*(NOT NULL|NULL)?\s*$", re.IGNORECASE | re.DOTALL)
INTEGERS, FLOATS = ("TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT"), ("FLOAT", "DOUBLE")


def text_of(token: str) -> str:
    """Of a JSON token: what a string holds, any other as it is written, NULL of null."""
    # A string without a backslash holds no quote, so only its own two are taken away.
    escaped = f"COALESCE(TRY(json_extract_string({token}, '$')), {token})"
    string = f"CASE WHEN contains({token}, '\\') THEN {escaped} ELSE trim({token}, '\"') END"
    return f"CASE WHEN starts_with({token}, '\"') THEN {string} ELSE nullif({token}, 'null') END"


def integer_of(token: str) -> str:
    """Of 64 bits; NULL for everything else, such as 1.0 and true."""
    return f"TRY_CAST(regexp_extract({text_of(token)}, '^{INTEGER}$', 1) AS BIGINT)"


def canonical_of(token: str, flink_type: str) -> str:
    """By the Flink SQL type of the column; what is no value of its type stays as it is written."""
    text, name = text_of(token), (flink_type.split() or [""])[0].partition("(")[0].upper()
    if name in INTEGERS:
        return f"COALESCE({integer_of(token)}::VARCHAR, {text})"
    if found := DECIMAL.match(flink_type):
        return _number(text, f"DECIMAL({found[1] or 10},{found[2] or 0})", "NULL")
    if name in FLOATS:
        return _number(text, name, text)
    return f"(lower({text}) = 'true')::VARCHAR" if name == "BOOLEAN" else text


def _number(text: str, duckdb_type: str, beyond: str) -> str:
    """`beyond` is what a number becomes that the type cannot hold."""
    number = f"regexp_extract({text}, '^{NUMBER}$', 1)"
    typed = f"COALESCE(TRY_CAST({number} AS {duckdb_type})::VARCHAR, {beyond})"
    return f"CASE WHEN regexp_full_match({text}, '{NUMBER}') THEN {typed} ELSE {text} END"
