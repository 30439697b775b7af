"""Training, as gensim's `Word2Vec` has it."""

from __future__ import annotations

import itertools
import json
import logging
import operator
import os

import numpy as np

from ._motevec import Corpus, Settings, Training, Vectors
from .keyedvectors import KeyedVectors, _only

logger = logging.getLogger(__name__)


class Word2Vec:
    """A model of words, and what it takes to train it.

    `sentences` is any iterable of lists of strings; it is read once. `corpus_file` is a file with a sentence on each
    line, plain or compressed, or a list of such: the vectors are then, byte for byte, those of the command line. With
    neither, `build_vocab` and `train` are called later.

    The arguments are gensim's; README.md lists what differs. `workers` (all cores, unless it is given) does not change
    the result. `progress` is called, some twenty times a second, with the tokens done, all tokens, the epoch from 0
    and its loss so far.
    """

    def __init__(self, sentences=None, corpus_file=None, vector_size=100, alpha=0.025, window=5, min_count=5,
                 max_vocab_size=None, sample=1e-3, seed=1, workers=None, min_alpha=None, sg=0, hs=0, negative=5,
                 ns_exponent=0.75, cbow_mean=1, hashfxn=None, epochs=5, null_word=0, trim_rule=None, sorted_vocab=1,
                 batch_words=None, compute_loss=False, callbacks=(), comment=None, max_final_vocab=None,
                 shrink_windows=True, progress=None):
        if not (hs or negative > 0):
            raise ValueError("nothing would be learned: give negative > 0, or hs=1")
        if hs and negative > 0:
            logger.warning("Both hierarchical softmax and negative sampling are activated. One loss is descended at a "
                           "time: that of hierarchical softmax; set negative=0.")
        for name, value, supported in (("max_vocab_size", max_vocab_size, None), ("ns_exponent", ns_exponent, 0.75),
                                       ("cbow_mean", cbow_mean, 1), ("null_word", null_word, 0),
                                       ("sorted_vocab", sorted_vocab, 1)):
            _only(name, value, supported)
        self.vector_size, self.window, self.shrink_windows = vector_size, window, bool(shrink_windows)
        self.min_count, self.max_final_vocab = min_count, max_final_vocab
        self.sg, self.hs, self.negative, self.sample = int(sg), int(hs), int(negative), sample
        self.alpha, self.min_alpha, self.epochs, self.seed = alpha, min_alpha, epochs, seed
        self.workers, self.ns_exponent, self.cbow_mean, self.comment = workers, ns_exponent, cbow_mean, comment
        self.max_vocab_size, self.sorted_vocab, self.trim_rule = None, 1, trim_rule
        self._lowest_alpha = alpha
        self.corpus_count = self.corpus_total_words = 0
        self.losses = []
        """The mean loss of a pair in each epoch of the last training."""
        # What is impossible is said before anything is read.
        self._settings(self.epochs)
        self.wv = self._keyed(Vectors([], [], int(vector_size), b""))
        if sentences is not None or corpus_file is not None:
            corpus = self._read(sentences, corpus_file, trim_rule)
            self._train(corpus, self.epochs, callbacks, progress, start=None)

    # What the subclass has otherwise.

    _keyed = staticmethod(KeyedVectors._of)

    def _ngrams(self):
        return None

    # Reading.

    def _read(self, sentences, corpus_file, trim_rule=None, **how):
        """The corpus of one of the two, without the words that `trim_rule(word, count, min_count)` discards (1); it may
        also keep a word whatever its count (2), or leave that to `min_count` (0)."""
        if (sentences is None) == (corpus_file is None):
            raise TypeError("give either sentences or corpus_file, and not both")
        how = {"min_count": self.min_count, "max_vocab": self.max_final_vocab, "workers": self.workers, **how}
        if trim_rule is not None:
            _only("max_final_vocab", how["max_vocab"], None)
            least, how["min_count"] = how["min_count"], 1
        files = []
        if sentences is None:
            files = [corpus_file] if isinstance(corpus_file, (str, os.PathLike)) else corpus_file
            if not isinstance(files, (list, tuple)) or not all(isinstance(file, (str, os.PathLike)) for file in files):
                raise TypeError("corpus_file must be the name of a file, or a list of names")
        corpus = Corpus(sentences, [os.fspath(file) for file in files], **how)
        if trim_rule is not None:
            rule = lambda word, count: (trim_rule(word, count, least) or (2 if count >= least else 1)) == 2
            corpus = corpus.keep(rule, least)
        self.corpus_count, self.corpus_total_words = corpus.sentences, corpus.words
        return corpus

    def build_vocab(self, corpus_iterable=None, corpus_file=None, update=False, progress_per=None, keep_raw_vocab=False,
                    trim_rule=None, **_):
        """Count the words of a text, and give each that is frequent enough a vector to start with. With `update`,
        words that there are keep theirs, and new ones join them."""
        earlier = self.wv._vectors if update else None
        if update:
            _only("trim_rule", trim_rule, None)
        if update and not len(self.wv):
            raise RuntimeError("there is no vocabulary yet that could be updated")
        rule = None if update else trim_rule or self.trim_rule
        corpus = self._read(corpus_iterable, corpus_file, rule, earlier=earlier)
        self.wv = self._keyed(Training.initial(corpus, self._settings(self.epochs), earlier))

    def build_vocab_from_freq(self, word_freq, keep_raw_vocab=False, corpus_count=None, trim_rule=None, update=False):
        """`build_vocab`, from a dictionary of words and their counts."""
        _only("trim_rule", trim_rule, None)
        # A text of each word once, whose counts are then those that are given.
        words = list(word_freq)
        given = Vectors(words, [int(word_freq[word]) for word in words], 1, bytes(4 * len(words)))
        earlier = self.wv._vectors if update else None
        if update:
            repeated = (itertools.repeat(word, int(count)) for word, count in word_freq.items())
            corpus = self._read(repeated, None, earlier=earlier)
        else:
            corpus = self._read([words], None, vocabulary=given)
        self.corpus_count = corpus_count or 0
        self.wv = self._keyed(Training.initial(corpus, self._settings(self.epochs), earlier))

    # Training.

    def _settings(self, epochs, start_alpha=None, end_alpha=None):
        alpha = start_alpha or self.alpha
        end = self.min_alpha if end_alpha is None else end_alpha
        if end is not None and not end >= 0:
            raise ValueError(f"min_alpha {end}: the learning rate cannot fall below 0")
        return Settings(vector_size=self.vector_size, window=self.window, shrink_windows=self.shrink_windows,
                        negative=self.negative, sample=self.sample, epochs=epochs, alpha=alpha,
                        floor=None if end is None else min(end / alpha, 1.0), sg=bool(self.sg), hs=bool(self.hs),
                        seed=operator.index(self.seed) % 2 ** 64, workers=self.workers, ngrams=self._ngrams())

    def train(self, corpus_iterable=None, corpus_file=None, total_examples=None, total_words=None, epochs=None,
              start_alpha=None, end_alpha=None, word_count=0, queue_factor=2, report_delay=1.0, compute_loss=False,
              callbacks=(), progress=None, **_):
        """Train on a text with the vocabulary that there is, from the vectors that there are.

        As in gensim, `epochs` and one of `total_examples` and `total_words` must be given, though here the text itself
        says how large it is. Returns the words trained on, and all words, over all epochs.
        """
        if (corpus_iterable is None) == (corpus_file is None):
            raise TypeError("give either corpus_iterable or corpus_file, and not both")
        if epochs is None or (total_examples is None and total_words is None):
            raise ValueError("give epochs, and total_examples or total_words: model.epochs and model.corpus_count are "
                             "those of the text that the vocabulary is of")
        if not len(self.wv):
            raise RuntimeError("you must first build vocabulary before training the model")
        if not self.wv._counts.any():
            raise RuntimeError("the counts of the words are unknown, and training needs them")
        count, words = self.corpus_count, self.corpus_total_words
        corpus = self._read(corpus_iterable, corpus_file, vocabulary=self.wv._counted(), min_count=0, max_vocab=None)
        self.corpus_count, self.corpus_total_words = count, words
        self._train(corpus, epochs, callbacks, progress, self.wv._vectors, start_alpha, end_alpha)
        return corpus.kept_words * epochs, corpus.words * epochs

    def _train(self, corpus, epochs, callbacks, progress, start, start_alpha=None, end_alpha=None):
        alpha = start_alpha or self.alpha
        if alpha > self._lowest_alpha:
            logger.warning("Effective 'alpha' higher than previous training cycles")
        self._lowest_alpha = min(alpha, self._lowest_alpha)
        training = Training(corpus, self._settings(epochs, start_alpha, end_alpha), start)
        self._tell(callbacks, "on_train_begin")
        try:
            # To stop after each epoch takes a copy of the model: only for those who want to see it.
            for epoch in range(1, epochs + 1) if callbacks else [epochs]:
                self._tell(callbacks, "on_epoch_begin")
                training.run(epoch, progress)
                if callbacks:
                    self._take(training)
                    self._tell(callbacks, "on_epoch_end")
        finally:
            if training.losses:
                self._take(training)
        self._tell(callbacks, "on_train_end")

    def _take(self, training):
        if training.complaint:
            logger.warning(training.complaint)
        self.losses = training.losses
        self.wv = self._keyed(training.vectors())

    def _tell(self, callbacks, event):
        for callback in callbacks:
            getattr(callback, event, lambda model: None)(self)

    def get_latest_training_loss(self):
        """The mean loss of a pair in the last epoch; `losses` has those of all epochs."""
        return self.losses[-1] if self.losses else 0.0

    @property
    def syn1neg(self):
        """The outside vectors of words, with negative sampling."""
        return np.asarray(self._known("syn1neg", self.wv._vectors.outside()))

    @property
    def syn1(self):
        """The vectors of the tree's inner nodes, with hierarchical softmax, and, as in gensim, one that is not used."""
        nodes = np.asarray(self._known("syn1", self.wv._vectors.nodes()))
        return np.vstack([nodes, np.zeros_like(nodes, shape=(1, self.vector_size))])

    @staticmethod
    def _known(name, array):
        if array is None:
            raise AttributeError(f"this model has no {name}")
        return array

    def init_sims(self, replace=False):
        """Scale vectors to length 1, if `replace`."""
        if replace:
            self.wv.unit_normalize_all()

    # Files.

    def save(self, path, *_, **__):
        """Write the whole model, to be loaded and trained further: safetensors, unless the name has another ending."""
        self.wv.save(path)

    @classmethod
    def load(cls, path, *_, **__):
        """Read a model in any format. What a full model (`.safetensors`) says of how it was made, it is trained
        further with; for the rest there are the defaults."""
        return cls._of(Vectors.read(os.fspath(path)))

    @classmethod
    def _of(cls, vectors):
        model = cls(vector_size=vectors.dim, **cls._arguments(vectors))
        model.wv = model._keyed(vectors)
        return model

    @staticmethod
    def _arguments(vectors):
        """The arguments that the last run of training had."""
        runs = json.loads(vectors.history())
        if not runs:
            return {}
        options = dict(map(tuple, runs[-1]["options"]))
        names = {"window": ("window", int), "min-count": ("min_count", int), "negatives": ("negative", int),
                 "subsample": ("sample", float), "epochs": ("epochs", int), "lr": ("alpha", float),
                 "seed": ("seed", int), "max-vocab": ("max_final_vocab", int)}
        found = {theirs: kind(options[ours]) for ours, (theirs, kind) in names.items() if ours in options}
        hs = options.get("loss") == "hierarchical-softmax"
        floor = options.get("schedule", "linear").removeprefix("linear=")
        if floor not in ("linear", "constant") and "halve" not in floor:
            found["min_alpha"] = float(floor) * found["alpha"]
        found |= {"negative": 0} if hs else {}
        found["shrink_windows"] = options.get("window-draw") != "fixed"
        return {**found, "sg": int(options.get("architecture") != "cbow"), "hs": int(hs)}

    def __repr__(self):
        what = "skip-gram" if self.sg else "CBOW"
        loss = "hierarchical softmax" if self.hs else f"{self.negative} negatives"
        size = f"{len(self.wv):,} words × {self.vector_size}"
        return f"<{type(self).__name__}: {size}, {what}, {loss}, window {self.window}>"

    def __str__(self):
        return f"{type(self).__name__}<vocab={len(self.wv)}, vector_size={self.vector_size}, alpha={self.alpha}>"

    def _repr_html_(self):
        return self.wv._repr_html_()
