"""The dictionaries of a copy: one for numbers, one for words. Gather every text first, settle, then ask.

Equal texts get equal surrogates wherever they stand, whatever their case and spacing. No surrogate is an original text
of the same kind, and no two texts share one. What rules ask of a text, they must be told the same of its surrogate.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from dq.privacy.asked import Answers, Asked
from dq.privacy.shapes import WORD, compared, dressed, is_nhs_number, is_placeholder, is_upn, made_up, tag

ATTEMPTS = 160
_POSTCODE = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?[0-9][abd-hjlnp-uw-z]{2}")
_MOST_FORMS = 4
TELLING = 5
"""Characters from which on a text may tell somebody from others; of shorter ones there are too few to leave any out."""
Questions = frozenset[int]


@dataclass
class Dictionary:
    """Surrogates of one kind of text; `before` are those of a key file, by what stands for the text there."""

    secret: bytes
    spoken: bool
    answers: Answers
    before: dict[str, str] = field(default_factory=dict)
    banned: set[str] = field(default_factory=set)
    originals: set[str] = field(default_factory=set)
    forms: dict[str, dict[str, Questions]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    unlike: dict[str, Questions] = field(default_factory=dict)

    def gather(self, texts: Iterable[str], asked: Questions) -> None:
        """Note texts that will need a surrogate, with what rules ask of them."""
        for text in texts:
            word = compared(text)
            if not word or is_placeholder(word):
                continue
            self.originals.add(word)
            if asked:
                forms = self.forms.setdefault(word, {})
                if text in forms or len(forms) < _MOST_FORMS:
                    forms[text] = forms.get(text, frozenset()) | asked

    def settle(self, ordered: Iterable[Sequence[str]] = ()) -> None:
        """Find every surrogate. `ordered` are groups of texts whose surrogates must stand in the same order as they do."""
        taken = set(self.before.values())
        known = {}
        if self.before:
            marks = ((word, tag(self.secret, word)) for word in self.originals)
            known = {word: self.before[mark] for word, mark in marks if mark in self.before}
        self.given.update(known)
        pending = sorted(self.originals - known.keys())
        for attempt in range(ATTEMPTS):
            if not pending:
                break
            pending = self._round(pending, taken, attempt)
        for word in pending:
            self._last_resort(word, taken)
        self._keep_order(ordered, known)

    def remembered(self) -> dict[str, str]:
        """What a key file is to hold: what it held, and what was given now."""
        return self.before | {tag(self.secret, word): surrogate for word, surrogate in self.given.items()}

    def of(self, text: str) -> str:
        """The surrogate of a text; a placeholder is its own."""
        word = compared(text)
        return dressed(text, self.given.get(word, word)) if word else text

    def _round(self, pending: list[str], taken: set[str], attempt: int) -> list[str]:
        made: list[tuple[str, str]] = []
        left: list[str] = []
        late = attempt > ATTEMPTS // 2
        for word in pending:
            surrogate = self._kept(word, made_up(self.secret, word, attempt, spoken=self.spoken))
            free = (
                surrogate not in taken
                and surrogate not in self.banned
                and surrogate != word
                and (late or surrogate not in self.originals)
            )
            if free and _form(surrogate) == _form(word):
                taken.add(surrogate)
                made.append((word, surrogate))
            else:
                left.append(word)
        wrong = self._answered_otherwise(made)
        for word, surrogate in made:
            if word in wrong:
                taken.discard(surrogate)
                left.append(word)
            else:
                self.given[word] = surrogate
        return sorted(left)

    def _kept(self, word: str, surrogate: str) -> str:
        """The surrogate with what rules name left where it stands; a check digit or letter is made right again."""
        asked: Questions = frozenset().union(*self.forms.get(word, {}).values())
        stays = self.answers.asked.stays(word, asked) if asked else set()
        if not stays:
            return surrogate
        if len(stays) == len(word):
            return word
        mixed = "".join(word[place] if place in stays else character for place, character in enumerate(surrogate))
        if is_nhs_number(word) and 9 not in stays:
            return next((mixed[:9] + last for last in "0123456789" if is_nhs_number(mixed[:9] + last)), mixed)
        if is_upn(word) and 0 not in stays:
            return next((first + mixed[1:] for first in "abcdefghjklmnpqrtuvwxyz" if is_upn(first + mixed[1:])), mixed)
        return mixed

    def _answered_otherwise(self, made: Sequence[tuple[str, str]]) -> dict[str, Questions]:
        """Words of which a rule would be told something else than of their surrogate, and by which questions."""
        groups: dict[Questions, list[tuple[str, str, str]]] = {}
        for word, surrogate in made:
            for form, asked in self.forms.get(word, {}).items():
                groups.setdefault(asked, []).append((word, form, dressed(form, surrogate)))
        wrong: dict[str, Questions] = {}
        for asked, each in groups.items():
            before = self.answers.to([form for _, form, _ in each], asked)
            after = self.answers.to([other for _, _, other in each], asked)
            for (word, _, _), was, now in zip(each, before, after, strict=True):
                if was != now:
                    differing = (number for number, a, b in zip(sorted(asked), was, now, strict=True) if a != b)
                    wrong[word] = wrong.get(word, frozenset()) | frozenset(differing)
        return wrong

    def _last_resort(self, word: str, taken: set[str]) -> None:
        """No surrogate does: what rules name wholly stays; else any free one, and the questions answered otherwise are told."""
        asked: Questions = frozenset().union(*self.forms.get(word, {}).values())
        if asked and len(self.answers.asked.stays(word, asked)) == len(word):
            self.given[word] = word
            return
        tried = [made_up(self.secret, word, attempt, spoken=self.spoken) for attempt in range(ATTEMPTS)]
        free = [each for each in tried if each not in taken and each not in self.banned and each != word]
        surrogate = next((each for each in free if each not in self.originals), None) or next(iter(free), None) or _any(word, taken)
        taken.add(surrogate)
        self.given[word] = surrogate
        self.unlike[word] = self._answered_otherwise([(word, surrogate)]).get(word, frozenset())

    def _keep_order(self, groups: Iterable[Sequence[str]], known: Collection[str]) -> None:
        """Within a group, give the surrogates of one shape to the texts in their order: ties are broken by keys.

        What a key file knew does not change.
        """
        for group in groups:
            by_shape: dict[str, list[str]] = {}
            for text in sorted(group):
                word = compared(text)
                if word in self.given and word not in self.forms and word not in known:
                    by_shape.setdefault(_shape(text), []).append(word)
            for words in by_shape.values():
                words = list(dict.fromkeys(words))
                for word, surrogate in zip(words, sorted(self.given[word] for word in words), strict=True):
                    self.given[word] = surrogate


@dataclass
class Surrogates:
    """The dictionary of numbers and the dictionary of words, and how a whole cell is treated by them."""

    asked: Asked
    numbers: Dictionary
    words: Dictionary

    @classmethod
    def keyed(cls, secret: bytes, asked: Asked, numbers: dict[str, str], words: dict[str, str]) -> Surrogates:
        """Empty dictionaries under a secret; `numbers` and `words` are those of a key file."""
        answers = Answers(asked)
        one = Dictionary(secret + b"numbers", False, answers, numbers)
        return cls(asked, one, Dictionary(secret + b"words", True, answers, words))

    def settle(self, ordered: Iterable[Sequence[str]]) -> None:
        """Settle both dictionaries; what is long enough to tell somebody by is an original of neither. See `Dictionary.settle`."""
        for mine, other in ((self.numbers, self.words), (self.words, self.numbers)):
            mine.banned |= {word for word in other.originals if len(word) >= TELLING}
        self.numbers.settle(ordered)
        self.words.settle()

    def gather_names(self, texts: Iterable[str], asked: Questions) -> None:
        """Note the words of texts; what rules ask of a text, they are taken to ask of each of its words."""
        for text in texts:
            self.words.gather(WORD.findall(text), asked)

    def name(self, text: str, asked: Questions) -> str:
        """A text with every word and figure replaced; what rules name in it stays."""
        stays = self.asked.stays(text, asked)
        parts = []
        done = 0
        for found in WORD.finditer(text):
            start, end = found.span()
            parts.append(text[done:start])
            surrogate = self.words.of(found[0])
            parts.append("".join(text[at] if at in stays else surrogate[at - start] for at in range(start, end)))
            done = end
        return "".join(parts) + text[done:]

    def staff_name(self, text: str) -> str:
        """The name of somebody of whom no rule asks."""
        return self.name(text, frozenset())

    @property
    def unlike(self) -> int:
        """How many texts have no surrogate of which every rule is told the same."""
        return sum(bool(each) for book in (self.numbers, self.words) for each in book.unlike.values())


def _form(word: str) -> tuple[bool, bool, bool]:
    return is_nhs_number(word), is_upn(word), bool(_POSTCODE.fullmatch(word))


def _shape(text: str) -> str:
    return "".join("0" if each.isdigit() else "A" if each.isupper() else "a" if each.isalpha() else each for each in text)


def _any(word: str, taken: set[str]) -> str:
    """Any free text of the shape; the word itself where every one is taken."""
    for changed in range(1, 40):
        made = made_up(b"any", word, 1000 + changed, spoken=False)
        if made not in taken:
            return made
    return word
