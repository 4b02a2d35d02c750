"""A formula's text cut into tokens, with unusual characters read where they are clear and refused by name where not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grader.symbolic.names import GREEK, spelled
from grader.symbolic.refusal import FormulaRefused

MAX_CHARACTERS = 2000
MAX_DIGITS = 30
ROOT = "√"

Kind = Literal["number", "name", "sign", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """One number, name or sign; ``spaced`` tells whether a space stood before it."""

    kind: Kind
    text: str
    spaced: bool = False


_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣ", "0123456789+-()nx", strict=True))
_SAME_SIGN = str.maketrans(
    {
        **dict.fromkeys("×·⋅∙∗•", "*"),
        **dict.fromkeys("−‐‑‒–—", "-"),
        **dict.fromkeys("÷∕⁄", "/"),
        **{"≤": "<=", "≥": ">=", "≠": "!=", "∣": "|", "∧": " and ", "∨": " or "},
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    }
)
_LOOK_ALIKES = dict(
    zip("аеорсухіјѕһԁԛԝοΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХ", "aeopcyxijshdqwoABEZHIKMNOPTYXABEKMHOPCTX", strict=True)
)
_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_EXPONENT = re.compile(r"[eE]([+-]?)[0-9]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGN = re.compile(r"\*\*|<=|>=|==|!=|[-+*/^()|,<>&.=]")
_HELP = {
    "#": "Comments are not read: write the formula alone.",
    "'": "f' and quotes are not read: write out the formula itself.",
    '"': "Quotes are not read inside a formula: write the formula alone.",
    "!": "'!' (factorial) is not read here.",
    "%": "'%' is not read here: write / for a quotient.",
    "[": "Square brackets are not read: use round ones, ( and ).",
    "]": "Square brackets are not read: use round ones, ( and ).",
    "{": "Curly brackets are not read: use round ones, ( and ).",
    "}": "Curly brackets are not read: use round ones, ( and ).",
    "\\": "LaTeX is not read: write it as in Python, such as x/2 or sqrt(x).",
    ":": "':' is not read here: write the formula alone, such as 2*x.",
    ";": "';' is not read here: write one formula, such as 2*x.",
    "~": "'~' is not read here: write 'not' in a condition.",
}


def tokenize(text: str, variables: Sequence[str]) -> list[Token]:
    """Return the tokens of a formula's text, the last of them ``end``.

    Raises:
        FormulaRefused: too long, or a character that has no one meaning.
    """
    if len(text) > MAX_CHARACTERS:
        raise FormulaRefused(f"The formula has {len(text)} characters; at most {MAX_CHARACTERS} are read.")
    plain = _plain(text)
    tokens, position = [], 0
    while position < len(plain):
        if plain[position].isspace():
            position += 1
            continue
        token = _token_at(plain, position, variables)
        tokens.append(Token(*token, spaced=position > 0 and plain[position - 1].isspace()))
        position += len(token[1])
    return [*_greek_spelled(tokens, variables), Token("end", "")]


def _plain(text: str) -> str:
    raised = re.sub(f"[{''.join(_SUPERSCRIPTS)}]+", _raise, text)
    return "".join(_plain_character(character) for character in raised)


def _raise(match: re.Match[str]) -> str:
    return "^(" + "".join(_SUPERSCRIPTS[character] for character in match.group()) + ")"


def _plain_character(character: str) -> str:
    if character.isascii() and (character.isprintable() or character in "\t\n\r\f\v"):
        return character
    changed = character.translate(_SAME_SIGN)
    if changed != character:
        return changed
    folded = unicodedata.normalize("NFKC", character)
    if folded == ROOT or folded in GREEK or (len(folded) == 1 and folded.isascii() and folded.isprintable()):
        return folded
    raise FormulaRefused(_strange(character))


def _strange(character: str) -> str:
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    if character in _LOOK_ALIKES:
        return f"There is a {name} that looks like '{_LOOK_ALIKES[character]}': type the plain letter instead."
    shown = f"'{character}' ({name})" if character.isprintable() else name
    return f"The character {shown} is not read: use plain letters, digits and + - * / ^ ( )."


def _token_at(text: str, position: int, variables: Sequence[str]) -> tuple[Kind, str]:
    if match := _NUMBER.match(text, position):
        return "number", _number(text, match, variables)
    if match := _NAME.match(text, position):
        return "name", match.group()
    if text[position] == ROOT or text[position] in GREEK:
        return "name", text[position]
    if text.startswith("//", position):
        raise FormulaRefused("'//' rounds down and is not read here: write / for a quotient.")
    if match := _SIGN.match(text, position):
        return "sign", match.group()
    character = text[position]
    raise FormulaRefused(_HELP.get(character, f"'{character}' is not read in a formula: use + - * / ^ ( )."))


def _number(text: str, match: re.Match[str], variables: Sequence[str]) -> str:
    digits = match.group()
    exponent = _EXPONENT.match(text, match.end())
    if exponent and text[match.end()] not in variables:
        if exponent.group(1) == "+":
            raise FormulaRefused(
                f"'{digits}{exponent.group()}' has two meanings: write {digits}*e + … or a plain number."
            )
        digits += exponent.group()
    if len(digits) > MAX_DIGITS:
        raise FormulaRefused(f"A number with {len(digits)} digits is too long; at most {MAX_DIGITS} are read.")
    return digits


def _greek_spelled(tokens: list[Token], variables: Sequence[str]) -> list[Token]:
    declared = {spelled(variable): variable for variable in variables}
    return [
        Token("name", declared.get(spelled(token.text), spelled(token.text)), token.spaced)
        if token.kind == "name" and token.text not in variables
        else token
        for token in tokens
    ]
