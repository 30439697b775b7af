"""Phrases: words that often occur together become one, as gensim's `Phrases` has it."""

from __future__ import annotations

import itertools
import pickle

from ._motevec import Counts

ENGLISH_CONNECTOR_WORDS = frozenset("a an the for of with without at from to in on by and or".split())


class _Joins:
    """What joins the phrases of sentences."""

    def __getitem__(self, sentence):
        """A sentence with its phrases joined; of several sentences, an iterable of such."""
        is_one, sentences = _is_sentence(sentence)
        return self._join(sentences)[0] if is_one else _Joined(self, sentences)

    def _join(self, sentence):
        return self._phrases.join(sentence)

    def _new_counts(self):
        return Counts(self.min_count, float(self.threshold), self.max_vocab_size, self.delimiter, self.scoring,
                      list(self.connector_words))

    @property
    def _phrases(self):
        if self._learned is None:
            self._learned = self._counts.phrases()
        return self._learned

    def __getstate__(self):
        state = {name: value for name, value in vars(self).items() if name not in ("_counts", "_learned")}
        return state, self._counts.words, self._counts.counts()

    def __setstate__(self, state):
        attributes, words, counts = state
        vars(self).update(attributes)
        self._counts, self._learned = self._new_counts(), None
        self._counts.restore(words, counts)

    def find_phrases(self, sentences):
        """The phrases in these sentences, with their scores."""
        found = {}
        for sentence in sentences:
            found.update(self._join(sentence)[1])
        return found

    def save(self, path, *_, **__):
        """Write a file for `load`."""
        with open(path, "wb") as file:
            pickle.dump(self, file)

    @classmethod
    def load(cls, path, *_, **__):
        """Read what `save` wrote: a pickle, which can run any code; load only files that you trust."""
        with open(path, "rb") as file:
            found = pickle.load(file)
        if not isinstance(found, cls):
            raise AttributeError(f"{path} holds {type(found).__name__}, not {cls.__name__}")
        return found


class Phrases(_Joins):
    """Learns phrases from sentences: an iterable of lists of strings, which is read once.

    `scoring` is `"default"` or `"npmi"`; `connector_words` may stand inside a phrase.
    """

    def __init__(self, sentences=None, min_count=5, threshold=10.0, max_vocab_size=40000000, delimiter="_",
                 progress_per=10000, scoring="default", connector_words=frozenset()):
        if threshold <= 0 and scoring == "default":
            raise ValueError("threshold must be positive")
        if not isinstance(scoring, str):
            raise ValueError("scoring: there are default and npmi, and no functions")
        if isinstance(connector_words, str):
            raise TypeError("connector_words must be a set of words, not a str")
        self.min_count, self.threshold, self.max_vocab_size = min_count, threshold, max_vocab_size
        self.delimiter, self.scoring, self.connector_words = delimiter, scoring, frozenset(connector_words)
        self._counts, self._learned = self._new_counts(), None
        if sentences is not None:
            self.add_vocab(sentences)

    def add_vocab(self, sentences):
        """Learn from more sentences."""
        self._learned = None
        self._counts.add(sentences)

    @property
    def vocab(self):
        """The counts of words and pairs, as they are spelled."""
        return self._counts.counts()

    @property
    def corpus_word_count(self):
        """Words so far."""
        return self._counts.words

    def export_phrases(self):
        """All phrases, with their scores."""
        return self._phrases.all()

    def freeze(self):
        """These phrases, which learn no more."""
        return FrozenPhrases(self)

    def __repr__(self):
        return f"<Phrases: {self.corpus_word_count:,} words, min_count={self.min_count}, threshold={self.threshold}>"


class FrozenPhrases(_Joins):
    """The phrases of a `Phrases`, which learns no more."""

    def __init__(self, phrases_model):
        vars(self).update(vars(phrases_model))
        self._counts, self._learned = phrases_model._counts.copy(), None

    @property
    def phrasegrams(self):
        """All phrases, with their scores."""
        return self._phrases.all()

    def __repr__(self):
        return f"<FrozenPhrases: {len(self.phrasegrams):,} phrases>"


class _Joined:
    """Sentences with their phrases joined, as often as they are asked for."""

    def __init__(self, phrases, sentences):
        self.phrases, self.sentences = phrases, sentences

    def __iter__(self):
        for sentence in self.sentences:
            yield self.phrases._join(sentence)[0]


def _is_sentence(sentence):
    """Whether it is one sentence, rather than several, and what can be iterated over in its place."""
    iterator = iter(sentence)
    try:
        first = next(iterator)
    except StopIteration:
        return True, []
    # What can be iterated over only once has begun.
    whole = itertools.chain([first], iterator) if iterator is sentence else sentence
    return isinstance(first, str), whole
