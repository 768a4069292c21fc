"""All mutants of a C file: small changes that a mistake could have made, each at one place.

A tokenizer is enough: the files are in one format, without macros that hide control flow but SMITHY_TRY and GROW."""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<directive>(?m:^)[ \t]*\#(?:\\\n|[^\n])*)
      | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<number>\b\d[\w.]*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<operator>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\.\.\.|[-+*/%&|^]=|.)""",
    re.DOTALL | re.VERBOSE,
)
COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>="}
CONTROL = {"if", "else", "for", "while", "do", "switch", "return", "break", "continue", "case", "default", "goto", "static"}
# What people alone read: log lines, the line that shows progress, the words of a message.
WORDS_ALONE = re.compile(r"(exporter_log_line|run_show)\b|snprintf\(\s*(reason|run->answer->message|answer->message)\b")


@dataclass(frozen=True)
class Mutant:
    file: str
    start: int
    end: int
    text: str  # Instead of what stands there.
    operator: str
    line: int
    before: str
    code: str  # The line that it begins on, without the blanks around it.

    @property
    def id(self):
        return f"{self.file}:{self.start}:{self.end}:{self.operator}:{self.text.strip()[:12]}"

    def apply(self, source):
        return source[: self.start] + self.text + source[self.end :]

    def __str__(self):
        before = " ".join(self.before.split())
        after = " ".join(self.text.split()) or "(nothing)"
        return f"{self.file}:{self.line} {self.operator}: `{before[:90]}` -> `{after[:90]}`"


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


def tokenize(source):
    tokens = []
    for found in TOKEN.finditer(source):
        if found.lastgroup in ("comment", "directive") or found.group().isspace():
            continue
        tokens.append(Token(found.lastgroup, found.group(), found.start(), found.end()))
    return tokens


def match_brackets(tokens):
    """The place of each bracket's partner."""
    partner, open_at = {}, []
    for at, token in enumerate(tokens):
        if token.kind != "operator":
            continue
        if token.text in "([{":
            open_at.append(at)
        elif token.text in ")]}":
            partner[at] = open_at.pop()
            partner[partner[at]] = at
    return partner


class File:
    def __init__(self, name, source):
        self.name, self.source = name, source
        self.tokens = tokenize(source)
        self.partner = match_brackets(self.tokens)
        self.found = []

    def text(self, at):
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def add(self, operator, first, last, text):
        """Instead of the tokens from first to last."""
        start, end = self.tokens[first].start, self.tokens[last].end
        line = self.source.count("\n", 0, start) + 1
        code = self.source[self.source.rfind("\n", 0, start) + 1 :].split("\n", 1)[0].strip()
        self.found.append(Mutant(self.name, start, end, text, operator, line, self.source[start:end], code))

    def span(self, first, last):
        return self.source[self.tokens[first].start : self.tokens[last].end]

    def bodies(self):
        at = 0
        while at < len(self.tokens):
            if self.text(at) == "{":
                if self.text(at - 1) == ")":
                    yield at, self.partner[at]
                at = self.partner[at]
            at += 1

    def mutants(self):
        for first, last in self.bodies():
            hidden = self.hidden(first, last)
            for at in range(first + 1, last):
                if at not in hidden:
                    self.at_token(at)
                    if self.begins_statement(at):
                        self.at_statement(at)
        return self.found

    def hidden(self, first, last):
        """Tokens of statements that only people read."""
        hidden = set()
        for at in range(first + 1, last):
            if self.begins_statement(at) and WORDS_ALONE.match(self.source, self.tokens[at].start):
                hidden.update(range(at, self.statement_end(at) + 1))
        return hidden

    # ---- what a token can become ----

    def at_token(self, at):
        token = self.tokens[at]
        if token.kind == "operator" and token.text in COMPARISONS:
            self.add("swap", at, at, COMPARISONS[token.text])
        elif token.kind == "number":
            self.number(at)
        elif token.text == "if":
            close = self.partner[at + 1]
            condition = self.span(at + 2, close - 1)
            self.add("negate", at + 1, close, f"(!({condition}))")
            self.add("drop if", at + 1, close, f"(((void)({condition}), 0))")
        elif token.text == "return" and self.text(at + 1) in ("true", "false") and self.text(at + 2) == ";":
            self.add("flip", at + 1, at + 1, "false" if self.text(at + 1) == "true" else "true")

    def number(self, at):
        token = self.tokens[at]
        value = re.fullmatch(r"(\d+)([uUlL]*)", token.text)
        if not value or self.text(at - 1) in ("{", "case") or self.is_length_of_array(at):
            return
        for other in (int(value[1]) + 1, int(value[1]) - 1):
            if other >= 0:
                self.add("constant", at, at, f"{other}{value[2]}")

    def is_length_of_array(self, at):
        """char text[20 + 1]; buffers are larger than what they hold."""
        while self.text(at) not in ("[", ";", "{", "("):
            at -= 1
        if self.text(at) != "[" or self.tokens[at - 1].kind != "word":
            return False
        return self.tokens[at - 2].kind == "word" or self.text(at - 2) == "," and self.is_in_declaration(at - 2)

    def is_in_declaration(self, at):
        """A statement that begins with two words, a type and a name."""
        while self.text(at - 1) not in (";", "{", "}"):
            at -= 1
        return self.tokens[at].kind == "word" and self.text(at) not in CONTROL and self.tokens[at + 1].kind == "word"

    # ---- statements ----

    def begins_statement(self, at):
        before = self.text(at - 1)
        if self.text(at) in ("{", "}", ";"):
            return False
        if before in (";", "{", "}", "else", "do"):
            return not self.is_inside_parentheses(at)
        if before == ":":
            return self.text(self.label_start(at - 1)) in ("case", "default")
        if before == ")":
            return self.text(self.partner[at - 1] - 1) in ("if", "for", "while", "switch")
        return False

    def is_inside_parentheses(self, at):
        depth = 0
        for other in range(at - 1, -1, -1):
            text = self.text(other)
            if text in ")]}":
                depth += 1
            elif text in "([{" and self.tokens[other].kind == "operator":
                if depth == 0:
                    return text != "{" or self.text(other - 1) in ("=", ",", "(", ")") and not self.is_block(other)
                depth -= 1
        return False

    def is_block(self, at):
        """The brace opens a block, not a literal: what stands before it is a function's or a condition's end."""
        if self.text(at - 1) != ")":
            return False
        before = self.partner[at - 1] - 1
        return self.tokens[before].kind == "word" and self.text(before) not in ("return", "sizeof")

    def label_start(self, at):
        while at > 0 and self.text(at - 1) not in (";", "{", "}", ":"):
            at -= 1
        return at

    def statement_end(self, at):
        while self.text(at) != ";":
            at = self.partner[at] + 1 if self.text(at) in ("(", "[", "{") else at + 1
        return at

    def at_statement(self, at):
        if self.text(at) in CONTROL:
            return
        end = self.statement_end(at)
        if self.text(at) == "SMITHY_TRY":
            inner = self.span(at + 2, end - 2)
            self.add("ignore error", at, end, f"(void)({inner});")
            self.add("skip", at, end, ";")
        elif self.is_call(at, end) or self.is_assignment(at, end):
            self.add("skip", at, end, ";")

    def is_call(self, at, end):
        if self.text(at) == "(" and self.text(at + 1) == "void":
            at += 3
        return self.tokens[at].kind == "word" and self.text(end - 1) == ")" and self.is_path(at, self.partner[end - 1] - 1)

    def is_assignment(self, at, end):
        if self.text(at) in ("++", "--") or self.text(end - 1) in ("++", "--"):
            return True
        place = at
        while place < end and self.text(place) not in ASSIGNMENTS:
            place = self.partner[place] + 1 if self.text(place) in ("(", "[", "{") else place + 1
        if place >= end:
            return False
        return self.is_path(at + 1 if self.text(at) == "*" else at, place - 1)

    def is_path(self, first, last):
        """a->b[i].c: no declaration, which has two words beside each other or a "*" between them."""
        at, was_word = first, False
        while at <= last:
            text = self.text(at)
            if text == "[":
                at, was_word = self.partner[at], True
            elif self.tokens[at].kind == "word":
                if was_word:
                    return False
                was_word = True
            elif text in ("->", "."):
                was_word = False
            else:
                return False
            at += 1
        return was_word


def mutants_of(name, source):
    return File(name, source).mutants()
