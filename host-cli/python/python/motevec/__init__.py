"""Word vectors, trained several times as fast as by gensim, with the same bits on any number of threads.

    >>> from motevec import Word2Vec
    >>> model = Word2Vec(corpus_file="text.txt", sg=1)
    >>> model.wv.most_similar("freedom", topn=3)

The names, arguments and meanings are those of gensim 4; README.md lists what differs.
"""

from ._motevec import __version__
from .errors import InputError
from .fasttext import FastText, FastTextKeyedVectors
from .keyedvectors import KeyedVectors, load
from .phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phrases
from .word2vec import Word2Vec

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "FastText",
    "FastTextKeyedVectors",
    "FrozenPhrases",
    "InputError",
    "KeyedVectors",
    "Phrases",
    "Word2Vec",
    "__version__",
    "load",
]
