"""Word vectors and the questions they answer, as gensim's `KeyedVectors` has them."""

from __future__ import annotations

import html
import numbers
import os

import numpy as np

from ._motevec import Vectors

# The sides that a map may have.
MAP_SIDES = (100, 8000)


def load(path, format=None, limit=None, lenient=False):
    """Read the vectors of any file that `motevec` reads: the name or the content tells the format.

    `format` names it (`word2vec-bin`, `fasttext-bin`, `safetensors`, …), `limit` reads the first rows only, and
    `lenient` leaves out rows that cannot be used.
    """
    from .fasttext import FastTextKeyedVectors

    vectors = Vectors.read(os.fspath(path), format, limit, lenient)
    # Those with n-grams know words that they have not seen.
    return (KeyedVectors if vectors.lengths() is None else FastTextKeyedVectors)._of(vectors)


class KeyedVectors:
    """Vectors by word, from a trained model (`model.wv`) or a file (`motevec.load`)."""

    def __init__(self, vector_size, count=0, dtype=np.float32, mapfile_path=None):
        """No words yet; rows of `vector_size` numbers. `count` rows need no room in advance."""
        _only("dtype", np.dtype(dtype), np.dtype(np.float32))
        if vector_size < 1:
            raise ValueError(f"vector_size {vector_size}: a vector has at least 1 number")
        self._set(Vectors([], [], int(vector_size), b""))

    @classmethod
    def _of(cls, vectors):
        self = cls.__new__(cls)
        self._set(vectors)
        return self

    def _set(self, vectors, attributes=None):
        """Take `vectors`, and forget what was known of the ones before."""
        self._vectors = vectors
        self._cache = {}
        self._attributes = attributes or {}

    def _cached(self, name, make):
        if name not in self._cache:
            self._cache[name] = make()
        return self._cache[name]

    # Words and rows.

    @property
    def index_to_key(self):
        """The words, in row order."""
        return self._cached("words", self._vectors.words)

    @property
    def key_to_index(self):
        """The row of each word."""
        return self._cached("rows", lambda: {word: row for row, word in enumerate(self.index_to_key)})

    @property
    def vector_size(self):
        """Numbers in a row."""
        return self._vectors.dim

    @property
    def vectors(self):
        """The rows, as a NumPy array that shares the library's memory and cannot be written to.

        To change them, assign an array of the same shape, or single words: `wv[word] = vector`.
        """
        return self._cached("center", lambda: np.asarray(self._vectors.center()))

    @vectors.setter
    def vectors(self, rows):
        self._replace(self.index_to_key, np.asarray(rows))

    @property
    def vectors_lockf(self):
        """No vector can be locked: a single 1, for all, that cannot be written to."""
        return np.broadcast_to(np.float32(1), 1)

    def _replace(self, words, rows):
        rows = np.ascontiguousarray(rows, dtype=np.float32)
        if rows.shape != (len(words), self.vector_size):
            raise ValueError(f"expected {len(words)} rows of {self.vector_size} numbers, not {rows.shape}")
        counts = np.zeros(len(words), dtype=np.uint64)
        counts[: len(self)] = self._counts
        attributes = {name: _resized(values, len(words)) for name, values in self._attributes.items()}
        self._set(self._vectors.with_rows(list(words), counts.tolist(), rows.tobytes()), attributes)

    def __len__(self):
        return len(self._vectors)

    def __iter__(self):
        """The words, in row order."""
        return iter(self.index_to_key)

    def __contains__(self, key):
        return self.has_index_for(key)

    def has_index_for(self, key):
        """Whether `key` has a row."""
        return self.get_index(key, -1) >= 0

    def get_index(self, key, default=None):
        """The row of `key`; a number is taken for a row. Without a `default`, an unknown word is a `KeyError`."""
        if isinstance(key, numbers.Integral) and 0 <= key < len(self):
            return int(key)
        row = self._vectors.index(key) if isinstance(key, str) else None
        if row is not None:
            return row
        if default is not None:
            return default
        self._unknown(key)

    def _unknown(self, key):
        if isinstance(key, str):
            # The library names words that may have been meant.
            self._vectors.vector(key)
        raise KeyError(f"the model has no row for {key!r}")

    def get_vector(self, key, norm=False):
        """The vector of `key`, scaled to length 1 with `norm`."""
        row = self.vectors[self.get_index(key)]
        return _unit(row) if norm else row

    def word_vec(self, *args, **kwargs):
        """Another name of `get_vector`."""
        return self.get_vector(*args, **kwargs)

    def get_vectors(self, keys):
        """The vectors of `keys`, row by row."""
        return np.array([self.get_vector(key) for key in keys], dtype=np.float32).reshape(-1, self.vector_size)

    def __getitem__(self, keys):
        return self.get_vector(keys) if _is_key(keys) else self.get_vectors(keys)

    def __setitem__(self, keys, vectors):
        self.add_vectors(keys, vectors, replace=True)

    def add_vector(self, key, vector):
        """Add a word behind the others. Returns its row."""
        self.add_vectors([key], [vector])
        return self.get_index(key)

    def add_vectors(self, keys, weights, extras=None, replace=False):
        """Add words; those that there are keep their vectors, unless `replace`."""
        if _is_key(keys):
            keys, weights = [keys], [weights]
        weights = np.asarray(weights, dtype=np.float32).reshape(len(keys), self.vector_size)
        words, rows = list(self.index_to_key), dict(self.key_to_index)
        old = len(words)
        new = [key for key in dict.fromkeys(keys) if key not in rows]
        rows.update(zip(new, range(old, old + len(new))))
        matrix = np.zeros((old + len(new), self.vector_size), dtype=np.float32)
        matrix[:old] = self.vectors
        for key, weight in zip(keys, weights):
            if replace or rows[key] >= old:
                matrix[rows[key]] = weight
        self._replace(words + new, matrix)
        for name, values in (extras or {}).items():
            for key, value in zip(keys, values):
                if replace or rows[key] >= old:
                    self.set_vecattr(key, name, value)

    def vectors_for_all(self, keys, allow_inference=True, copy_vecattrs=False):
        """The vectors of `keys` alone; what the model does not know is left out."""
        known = [key for key in dict.fromkeys(keys) if (key in self if allow_inference else self.has_index_for(key))]
        kept = KeyedVectors(self.vector_size)
        kept._replace(known, self.get_vectors(known))
        if copy_vecattrs:
            for name in self.expandos:
                for key in known:
                    if self.has_index_for(key):
                        kept.set_vecattr(key, name, self.get_vecattr(key, name))
        return kept

    # What is known of words besides vectors.

    @property
    def _counts(self):
        """Those that were set here, or else those of the model."""
        found = self._attributes.get("count")
        return np.asarray(self._vectors.counts()) if found is None else found

    @property
    def expandos(self):
        """Arrays of what is known of each word: `count`, and what `set_vecattr` added."""
        known = dict(self._attributes)
        if self._counts.any():
            known.setdefault("count", self._counts)
        return known

    def get_vecattr(self, key, attr):
        """What is known of a word: `get_vecattr(word, "count")` is how often it occurred, 0 if that is unknown."""
        row = self.get_index(key)
        values = self._attributes.get(attr, self._counts if attr == "count" else None)
        if values is None:
            raise KeyError(f"nothing is known of `{attr}`; there are {', '.join(self.expandos) or 'no attributes'}")
        value = values[row]
        return value.item() if isinstance(value, np.generic) else value

    def set_vecattr(self, key, attr, val):
        """Note something about a word."""
        row = self.get_index(key)
        if attr not in self._attributes:
            kind = type(val) if isinstance(val, (int, float, np.generic)) else object
            new = np.zeros(len(self), dtype=kind)
            if attr == "count":
                new[:] = self._counts
            self._attributes[attr] = new
        self._attributes[attr][row] = val

    # Questions.

    def _direction(self, key):
        """A key as the library takes it: a word, or the numbers of a vector."""
        if isinstance(key, str):
            return key
        return self.index_to_key[key] if isinstance(key, numbers.Integral) else _numbers(key)

    def _question(self, positive, negative=None):
        """The terms of a question: words or vectors, each alone or with a weight."""
        terms = []
        for keys, sign in ((positive, 1.0), (negative, -1.0)):
            for key in _listed(keys):
                weighted = isinstance(key, tuple) and len(key) == 2 and isinstance(key[1], numbers.Real)
                key, weight = key if weighted else (key, sign)
                terms.append((self._direction(key), float(weight)))
        if not terms:
            raise ValueError("there is nothing to be similar to: name at least one word or vector")
        return terms

    def most_similar(self, positive=None, negative=None, topn=10, clip_start=0, clip_end=None, restrict_vocab=None,
                     indexer=None):
        """The `topn` words nearest to the sum of `positive` less `negative`, with their cosines, nearest first.

        Each of these is a word, a row, a vector, a pair of one of them and a weight, or a list of such. The words
        asked about do not count as answers. Of the rows, those from `clip_start` to before `clip_end` are searched;
        `restrict_vocab` is another name for the latter. With `topn=None` the cosines of all these rows come back.
        """
        clip_end = restrict_vocab or clip_end
        question = self._question(positive, negative)
        if topn is None:
            mean = self.get_mean_vector(*zip(*question), ignore_missing=False)
            return np.asarray(self._vectors.cosines(_numbers(mean)))[clip_start:clip_end]
        return self._vectors.nearest([question], max(int(topn), 0), clip_start or 0, clip_end)[0]

    def most_similar_many(self, queries, topn=10, restrict_vocab=None):
        """The answers that `most_similar` gives to each of `queries`, in a small part of the time for many."""
        if isinstance(queries, str):
            raise TypeError("queries must be a list: of words, of lists of words, of vectors")
        return self._vectors.nearest([self._question(query) for query in queries], topn, 0, restrict_vocab)

    def similar_by_word(self, word, topn=10, restrict_vocab=None):
        """The words nearest to a word."""
        return self.most_similar(positive=[word], topn=topn, restrict_vocab=restrict_vocab)

    similar_by_key = similar_by_word

    def similar_by_vector(self, vector, topn=10, restrict_vocab=None):
        """The words nearest to a vector."""
        return self.most_similar(positive=[vector], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(self, positive=None, negative=None, topn=10, restrict_vocab=None):
        """The `topn` words with the largest product of the cosines with `positive`, divided by that of those with
        `negative`, each moved to between 0 and 1 (3CosMul; Levy & Goldberg 2014)."""
        score = np.ones(len(self))
        asked = []
        for keys, power in ((positive, 1), (negative, -1)):
            for key in _listed(keys):
                if _is_key(key):
                    asked.append(self.get_index(key, -1))
                vector = self.get_vector(key) if _is_key(key) else key
                cosines = (1 + np.asarray(self._vectors.cosines(_numbers(vector)), dtype=float)) / 2
                score *= cosines if power > 0 else 1 / (cosines + 1e-6)
        score[[row for row in asked if row >= 0]] = -1
        score = score[:restrict_vocab]
        best = np.argsort(-score, kind="stable")[: topn + len(asked)]
        return [(self.index_to_key[row], float(score[row])) for row in best if score[row] >= 0][:topn]

    def similarity(self, w1, w2):
        """The cosine of two words."""
        return self._vectors.similarity(self._word(w1), self._word(w2))

    def distance(self, w1, w2):
        """1 less the cosine of two words."""
        return 1.0 - self.similarity(w1, w2)

    def distances(self, word_or_vector, other_words=()):
        """1 less the cosines of a word or vector with `other_words`, or with all."""
        vector = self[word_or_vector] if _is_key(word_or_vector) else word_or_vector
        cosines = np.asarray(self._vectors.cosines(_numbers(vector)))
        return 1.0 - (cosines[[self.get_index(word) for word in other_words]] if len(other_words) else cosines)

    def n_similarity(self, ws1, ws2):
        """The cosine of the means of two lists of words."""
        if not (len(ws1) and len(ws2)):
            raise ZeroDivisionError("at least one of the lists of words is empty")
        one, other = (self.get_mean_vector(words, pre_normalize=False) for words in (ws1, ws2))
        return self._vectors.cosine(_numbers(one), _numbers(other))

    @staticmethod
    def cosine_similarities(vector_1, vectors_all):
        """The cosines of a vector with each of several."""
        one = _numbers(vector_1)
        return np.array([Vectors.cosine(one, _numbers(row)) for row in vectors_all], dtype=np.float32)

    def relative_cosine_similarity(self, wa, wb, topn=10):
        """The cosine of two words, as a part of the sum of those of the `topn` nearest to the first."""
        return self.similarity(wa, wb) / sum(cosine for _, cosine in self.similar_by_word(wa, topn))

    def most_similar_to_given(self, key1, keys_list):
        """The word of a list that is nearest to a word."""
        return max(keys_list, key=lambda key: self.similarity(key1, key))

    def closer_than(self, key1, key2):
        """All words that are nearer to the first word than the second one is."""
        cosines = np.asarray(self._vectors.cosines(_numbers(self[key1])))
        one, other = self.get_index(key1), self.get_index(key2)
        return [self.index_to_key[row] for row in np.flatnonzero(cosines > cosines[other]) if row != one]

    def rank(self, key1, key2):
        """The rank of the second word among those nearest to the first, from 1."""
        return len(self.closer_than(key1, key2)) + 1

    def rank_by_centrality(self, words, use_norm=True):
        """The words with their cosines to the mean of all, the most typical one first. `use_norm` must be true."""
        if not use_norm:
            raise ValueError("use_norm=False is not supported")
        known = self._known(words)
        if len(known) < 3:
            mean = _numbers(self.get_mean_vector(known))
            return sorted(((self._vectors.cosine(_numbers(self[word]), mean), word) for word in known), reverse=True)
        return [(cosine, word) for word, cosine in reversed(self._vectors.odd_one_out(known))]

    def doesnt_match(self, words):
        """The word that fits the others least; words that the model does not know are left out."""
        known = self._known(words)
        return known[0] if len(known) < 3 else self._vectors.odd_one_out(known)[0][0]

    def get_mean_vector(self, keys, weights=None, pre_normalize=True, post_normalize=False, ignore_missing=True):
        """The weighted mean of the vectors of `keys`, which may be vectors themselves; each scaled to length 1 before
        with `pre_normalize`, and the mean with `post_normalize`."""
        if len(keys) == 0:
            raise ValueError("there is nothing to take the mean of")
        weights = np.ones(len(keys)) if weights is None else np.asarray(weights)
        if len(weights) != len(keys):
            raise ValueError("there is not one weight for each key")
        mean, total = np.zeros(self.vector_size), 0.0
        for key, weight in zip(keys, weights):
            if _is_key(key) and key not in self and not self.has_index_for(key):
                if not ignore_missing:
                    self._unknown(key)
                continue
            vector = self.get_vector(key) if _is_key(key) else np.asarray(key)
            mean += weight * (_unit(vector) if pre_normalize else vector)
            total += abs(weight)
        mean = (mean / total if total > 0 else mean).astype(np.float32)
        return _unit(mean) if post_normalize else mean

    def _known(self, words):
        """Those of `words` that the model knows, each once."""
        known = list(dict.fromkeys(self._word(word) for word in words if word in self))
        if not known:
            raise ValueError("the model knows none of these words")
        return known

    def _word(self, key):
        return key if isinstance(key, str) else self.index_to_key[key]

    # Lengths.

    @property
    def norms(self):
        """The length of each vector."""
        self.fill_norms()
        return self._cache["norms"]

    def fill_norms(self, force=False):
        """Compute `norms` now rather than when they are first asked for."""
        if force or "norms" not in self._cache:
            self._cache["norms"] = np.asarray(self._vectors.norms())

    def get_normed_vectors(self):
        """The rows, scaled to length 1."""
        norms = self.norms[:, np.newaxis]
        return self.vectors / np.where(norms > 0, norms, 1)

    def unit_normalize_all(self):
        """Scale all rows to length 1, for good."""
        self.vectors = self.get_normed_vectors()

    # Scores.

    def evaluate_word_pairs(self, pairs, delimiter="\t", encoding="utf8", restrict_vocab=300000,
                            case_insensitive=True, dummy4unknown=False):
        """How cosines agree with people's scores of word pairs: `((pearson, None), (spearman, None), percent)`, the
        last of the pairs that do not count. A file that separates with tabs, commas or spaces is read as it is."""
        _only_utf8(encoding)
        _only("case_insensitive", case_insensitive, True)
        _only("dummy4unknown", dummy4unknown, False)
        most = len(self) if restrict_vocab is None else restrict_vocab
        spearman, pearson, known, all_pairs = self._vectors.evaluate_pairs(os.fspath(pairs), most)
        nan = float("nan")
        score = lambda score: (nan if score is None else score, None)
        return score(pearson), score(spearman), 100.0 * (all_pairs - known) / all_pairs

    def evaluate_word_analogies(self, analogies, restrict_vocab=300000, case_insensitive=True, dummy4unknown=False,
                                similarity_function="most_similar"):
        """The share of the analogies in a file that the nearest word answers, and the sections of the file: each a
        dictionary of its name and of the questions that are answered right (`correct`) and wrong (`incorrect`).
        `similarity_function` may also be `"most_similar_cosmul"`, which takes much longer."""
        _only("case_insensitive", case_insensitive, True)
        _only("dummy4unknown", dummy4unknown, False)
        by_product = similarity_function == "most_similar_cosmul"
        if not by_product:
            _only("similarity_function", similarity_function, "most_similar")
        most = len(self) if restrict_vocab is None else restrict_vocab
        names, questions = self._vectors.evaluate_analogies(os.fspath(analogies), most)
        sections = [{"section": name, "correct": [], "incorrect": []} for name in [*names, "Total accuracy"]]
        for section, words, correct in questions:
            if by_product:
                a, b, c, expected = words
                correct = [word for word, _ in self.most_similar_cosmul([b, c], [a], 1, most)] == [expected]
            for found in (sections[section], sections[-1]):
                found["correct" if correct else "incorrect"].append(words)
        return len(sections[-1]["correct"]) / max(len(questions), 1), sections

    # Files.

    def save(self, path, format=None, **_):
        """Write a file in the format of its name, or in `format`; a name without a known ending gets safetensors."""
        self._counted().write(os.fspath(path), format, "safetensors")

    def _counted(self):
        """The vectors, with the counts that were set here."""
        if "count" not in self._attributes:
            return self._vectors
        words, _, *rest = self._vectors.__getnewargs__()
        return Vectors(words, [int(count) for count in self._attributes["count"]], *rest)

    @classmethod
    def load(cls, path, mmap=None, format=None):
        """Read a file in any format of motevec, also a whole model, of which this is a part."""
        found = load(path, format)
        if not isinstance(found, cls):
            raise AttributeError(f"{path} has no n-grams: read it with KeyedVectors.load")
        return found

    def save_word2vec_format(self, fname, fvocab=None, binary=False, total_vec=None, write_header=True, prefix="",
                             append=False, sort_attr="count"):
        """Write word2vec's binary or text format, and words with counts to `fvocab`."""
        _only("prefix", prefix, "")
        _only("sort_attr", sort_attr, "count")
        _only("append", append, False)
        if binary and not write_header:
            raise ValueError("write_header=False: the binary format has a header")
        format = "word2vec-bin" if binary else "word2vec-text" if write_header else "glove"
        self._counted().write(os.fspath(fname), format)
        if fvocab is not None:
            with open(fvocab, "w", encoding="utf8") as file:
                file.writelines(f"{word} {self.get_vecattr(word, 'count')}\n" for word in self.index_to_key)

    @classmethod
    def load_word2vec_format(cls, fname, fvocab=None, binary=False, encoding="utf8", unicode_errors="strict",
                             limit=None, datatype=np.float32, no_header=False, **_):
        """Read word2vec's binary or text format, with counts from `fvocab`. Text must be UTF-8."""
        _only_utf8(encoding)
        _only("unicode_errors", unicode_errors, "strict")
        _only("datatype", np.dtype(datatype), np.dtype(np.float32))
        format = "word2vec-bin" if binary else "glove" if no_header else "word2vec-text"
        found = cls._of(Vectors.read(os.fspath(fname), format, limit))
        if fvocab is not None:
            with open(fvocab, encoding="utf8") as file:
                for line in file:
                    word, count = line.rsplit(maxsplit=1)
                    if found.has_index_for(word):
                        found.set_vecattr(word, "count", int(count))
        return found

    def __getstate__(self):
        return {"vectors": self._vectors, "attributes": self._attributes}

    def __setstate__(self, state):
        self._set(state["vectors"], state["attributes"])

    # To look at.

    def __repr__(self):
        return f"<{type(self).__name__}: {len(self):,} words × {self.vector_size}>"

    def __str__(self):
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    def plot(self, words=None, topn=100, title=None, size=(900, 640)):
        """A map of `words`, or of the `topn` most frequent ones, that a notebook shows. `str()` of it is SVG."""
        width, height = size
        if not (MAP_SIDES[0] <= width <= MAP_SIDES[1] and MAP_SIDES[0] <= height <= MAP_SIDES[1]):
            raise ValueError(f"size={size}: give a width and a height from {MAP_SIDES[0]} to {MAP_SIDES[1]}")
        # The most frequent words of a large model say little about it.
        skip = 100 if len(self) >= 1000 else 0
        title = title or f"{len(self):,} words × {self.vector_size}"
        words = None if words is None else [self.index_to_key[self.get_index(word)] for word in words]
        return Picture(self._vectors.map(title, words, topn, skip, (width, height)))

    def _repr_html_(self):
        try:
            return f"<p>{html.escape(repr(self))}</p>{self.plot()}"
        except RuntimeError:
            # Too few words for a map.
            return f"<p>{html.escape(repr(self))}</p>"


class Picture(str):
    """An SVG drawing, which notebooks show as what it is."""

    def _repr_svg_(self):
        return str(self)

    def save(self, path):
        """Write the drawing to a file."""
        with open(path, "w", encoding="utf8") as file:
            file.write(self)


def _is_key(key):
    return isinstance(key, (str, numbers.Integral))


def _listed(keys):
    """A list of keys; a single one, or a vector, is a list of itself."""
    if keys is None:
        return []
    if _is_key(keys) or isinstance(keys, np.ndarray) and keys.ndim == 1:
        return [keys]
    return list(keys)


def _numbers(vector):
    numbers = np.asarray(vector, dtype=np.float32).ravel()
    if not np.isfinite(numbers).all():
        raise ValueError("the vector holds numbers that are not finite")
    return numbers.tolist()


def _unit(vector):
    norm = np.linalg.norm(vector)
    return vector / norm if norm > 0 else vector


def _resized(values, length):
    new = np.zeros(length, dtype=values.dtype)
    new[: len(values)] = values
    return new


def _only_utf8(encoding):
    _only("encoding", encoding.lower().replace("-", ""), "utf8")


def _only(name, value, supported):
    """Refuse what motevec does not do."""
    if value != supported:
        raise ValueError(f"{name}={value!r} is not supported, only {supported!r}")
