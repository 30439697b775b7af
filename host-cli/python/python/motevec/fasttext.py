"""Words that are made of their n-grams, as gensim's `FastText` has them."""

from __future__ import annotations

import os

import numpy as np

from ._motevec import Vectors
from .keyedvectors import KeyedVectors, _only_utf8, _unit
from .word2vec import Word2Vec


class FastTextKeyedVectors(KeyedVectors):
    """Vectors of words, also of those that the model has not seen: the mean of their n-grams."""

    def __init__(self, vector_size, min_n, max_n, bucket, count=0, dtype=np.float32, compatible_hash=True):
        """No words yet, nor n-grams: words that are added have none."""
        super().__init__(vector_size)

    def __contains__(self, key):
        """Whether there is a vector for `key`, seen or not."""
        return self.has_index_for(key) or (isinstance(key, str) and self._vectors.embed(key) is not None)

    def get_vector(self, key, norm=False):
        """The vector of `key`, scaled to length 1 with `norm`."""
        if self.has_index_for(key):
            return super().get_vector(key, norm)
        found = self._vectors.embed(key) if isinstance(key, str) else None
        if found is None:
            self._unknown(key)
        return _unit(np.asarray(found)) if norm else np.asarray(found)

    def _replace(self, words, rows):
        if self._vectors.lengths() is not None:
            raise ValueError("vectors that are made of n-grams cannot be replaced: take wv.vectors_for_all(words)")
        super()._replace(words, rows)

    @property
    def min_n(self):
        """The length of the shortest n-grams."""
        return self._lengths[0]

    @property
    def max_n(self):
        """The length of the longest n-grams."""
        return self._lengths[1]

    @property
    def bucket(self):
        """How many buckets n-grams share."""
        return self._lengths[2]

    @property
    def _lengths(self):
        return self._vectors.lengths() or (0, 0, 0)

    @property
    def vectors_vocab(self):
        """The words' own rows."""
        own = self._vectors.own()
        return self.vectors if own is None else np.asarray(own)

    vectors_ngrams_lockf = vectors_vocab_lockf = KeyedVectors.vectors_lockf

    @property
    def vectors_ngrams(self):
        """A row for each bucket: a copy, with zeros for those that no word has."""
        all_rows = np.zeros((self.bucket, self.vector_size), dtype=np.float32)
        if self.bucket:
            all_rows[self._vectors.buckets()] = np.asarray(self._vectors.ngrams())
        return all_rows


class FastText(Word2Vec):
    """`Word2Vec`, of words that are made of their n-grams: `min_n` to `max_n` characters, in `bucket` buckets. With
    `max_n=0` words have none."""

    def __init__(self, sentences=None, corpus_file=None, sg=0, hs=0, vector_size=100, alpha=0.025, window=5,
                 min_count=5, max_vocab_size=None, word_ngrams=1, sample=1e-3, seed=1, workers=None, min_alpha=None,
                 negative=5, ns_exponent=0.75, cbow_mean=1, hashfxn=None, epochs=5, null_word=0, min_n=3, max_n=6,
                 sorted_vocab=1, bucket=2000000, trim_rule=None, batch_words=None, callbacks=(), max_final_vocab=None,
                 shrink_windows=True, progress=None):
        self.word_ngrams, self.min_n, self.max_n, self.bucket = word_ngrams, min_n, max_n, bucket
        super().__init__(
            sentences, corpus_file, vector_size=vector_size, alpha=alpha, window=window, min_count=min_count,
            max_vocab_size=max_vocab_size, sample=sample, seed=seed, workers=workers, min_alpha=min_alpha, sg=sg, hs=hs,
            negative=negative, ns_exponent=ns_exponent, cbow_mean=cbow_mean, epochs=epochs, null_word=null_word,
            trim_rule=trim_rule, sorted_vocab=sorted_vocab, callbacks=callbacks, max_final_vocab=max_final_vocab,
            shrink_windows=shrink_windows, progress=progress)

    _keyed = staticmethod(FastTextKeyedVectors._of)

    def _ngrams(self):
        has_some = self.word_ngrams and self.max_n >= max(self.min_n, 1) and self.bucket
        return (self.min_n, self.max_n, self.bucket) if has_some else None

    @staticmethod
    def _arguments(vectors):
        min_n, max_n, bucket = vectors.lengths() or (0, 0, 0)
        return {**Word2Vec._arguments(vectors), "min_n": min_n, "max_n": max_n, "bucket": bucket}


def load_facebook_model(path, encoding="utf-8"):
    """Read a model of Facebook's fastText, to be trained further."""
    _only_utf8(encoding)
    return FastText._of(Vectors.read(os.fspath(path), "fasttext-bin"))


def load_facebook_vectors(path, encoding="utf-8"):
    """Read the vectors of a model of Facebook's fastText."""
    _only_utf8(encoding)
    return FastTextKeyedVectors._of(Vectors.read(os.fspath(path), "fasttext-bin"))


def save_facebook_model(model, path, encoding="utf-8"):
    """Write a model in the format of Facebook's fastText."""
    _only_utf8(encoding)
    model.wv.save(path, format="fasttext-bin")
