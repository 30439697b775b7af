"""Questions to vectors, files, and what NumPy sees of them."""

import os
import pathlib
import pickle
import tempfile
import unittest

import numpy as np

import motevec
from motevec import FastText, KeyedVectors

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


def vectors(words=300, size=12):
    """Random vectors of `w0`, `w1`, …"""
    wv = KeyedVectors(size)
    wv.add_vectors([f"w{row}" for row in range(words)], np.random.default_rng(1).normal(size=(words, size)))
    return wv


class QuestionTest(unittest.TestCase):
    def test_the_nearest_are_those_of_a_product(self):
        wv = vectors()
        units = wv.get_normed_vectors()
        for positive, negative, weights in [(["w3"], [], {"w3": 1}),
                                            (["w3", "w8"], ["w5"], {"w3": 1, "w8": 1, "w5": -1}),
                                            ([("w1", 0.5), ("w2", -2.0)], None, {"w1": 0.5, "w2": -2})]:
            mean = sum(weight * units[wv.key_to_index[word]] for word, weight in weights.items())
            cosines = units @ (mean / np.linalg.norm(mean))
            order = [row for row in np.argsort(-cosines) if wv.index_to_key[row] not in weights]
            found = wv.most_similar(positive, negative, topn=7)
            self.assertEqual([word for word, _ in found], [wv.index_to_key[row] for row in order[:7]])
            np.testing.assert_allclose([cosine for _, cosine in found], cosines[order[:7]], rtol=1e-5)
            np.testing.assert_allclose(wv.most_similar(positive, negative, topn=None), cosines, atol=1e-6)
        self.assertEqual(wv.most_similar(wv["w9"], topn=1)[0][0], "w9")
        self.assertEqual({word for word, _ in wv.most_similar("w9", restrict_vocab=3)}, {"w0", "w1", "w2"})
        self.assertEqual(len(wv.most_similar("w9", clip_start=290)), 10)
        self.assertEqual(wv.most_similar(9), wv.most_similar("w9"))

    def test_many_questions_get_the_answers_of_each(self):
        wv = vectors()
        queries = ["w1", ["w2", "w3"], wv["w4"], 5]
        self.assertEqual(wv.most_similar_many(queries, topn=4), [wv.most_similar(query, topn=4) for query in queries])

    def test_comparisons(self):
        wv = KeyedVectors(2)
        wv.add_vectors(["east", "far east", "north", "west"], [[1, 0], [9, 1], [0, 2], [-3, 0]])
        self.assertEqual((wv.similarity("east", "west"), wv.distance("east", "north")), (-1, 1))
        self.assertEqual(wv.doesnt_match(["east", "far east", "west", "nowhere"]), "west")
        self.assertEqual(wv.most_similar_to_given("east", ["north", "far east"]), "far east")
        self.assertEqual((wv.rank("east", "north"), wv.closer_than("east", "north")), (2, ["far east"]))
        self.assertAlmostEqual(wv.n_similarity(["east", "north"], ["north"]), 2 / 5 ** 0.5, places=6)
        np.testing.assert_allclose(wv.distances("east", ["west", "north"]), [2, 1])
        np.testing.assert_allclose(wv.norms, [1, 82 ** 0.5, 2, 3])
        self.assertEqual(wv.get_vector("west", norm=True).tolist(), [-1, 0])
        self.assertEqual([word for _, word in wv.rank_by_centrality(["east", "far east", "west"])][2], "west")
        self.assertEqual(len(wv.rank_by_centrality(["east", "north", "north", "nowhere"])), 2)
        np.testing.assert_allclose(KeyedVectors.cosine_similarities([1, 0], [[2, 0], [0, 3]]), [1, 0])
        for compare in (wv.distances, wv.similar_by_vector, lambda vector: wv.most_similar_cosmul([vector]),
                        lambda vector: KeyedVectors.cosine_similarities(vector, wv.vectors)):
            self.assertRaises(ValueError, compare, np.ones(3))

    def test_products_of_cosines(self):
        wv = KeyedVectors(2)
        wv.add_vectors(["man", "woman", "king", "queen", "tree"], [[1, 0], [0, 1], [1, .3], [.3, 1], [-1, -1]])
        self.assertEqual(wv.most_similar_cosmul(["woman", "king"], ["man"], topn=2)[0][0], "queen")
        (word, score), *_ = wv.most_similar_cosmul("man")
        self.assertEqual(word, "king")
        self.assertAlmostEqual(score, (1 + wv.similarity("man", "king")) / 2, places=6)

    def test_an_unknown_word_is_a_key_error_that_helps(self):
        wv = vectors()
        for ask in (lambda: wv["w3o0"], lambda: wv.most_similar("w3o0"), lambda: wv.similarity("w1", "w3o0")):
            with self.assertRaises(KeyError) as raised:
                ask()
            self.assertIn("does not know the word `w3o0`; did you mean `w30`", str(raised.exception))
        self.assertEqual(("w3" in wv, "w3o0" in wv, wv.get_index("w3o0", default=-1)), (True, False, -1))
        for ask in (lambda: wv.most_similar([]), lambda: wv.most_similar([np.full(12, np.nan)]),
                    lambda: wv.plot(size=(0, 100)), lambda: wv.plot(size=(900, float("nan"))), lambda: KeyedVectors(0)):
            self.assertRaises(ValueError, ask)
        self.assertRaises(KeyError, wv.plot, ["w1", "w2", "w3o0"])
        self.assertRaises(TypeError, wv.most_similar_many, "w1")
        self.assertEqual(list(wv), wv.index_to_key)

    def test_scores(self):
        with tempfile.TemporaryDirectory() as folder:
            pairs, questions = os.path.join(folder, "pairs.tsv"), os.path.join(folder, "questions.txt")
            wv = KeyedVectors(2)
            wv.add_vectors(["man", "woman", "king", "queen"], [[1, 0], [0, 1], [1, .1], [.1, 1]])
            pathlib.Path(pairs).write_text("man\tking\t9\nman\twoman\t1\nking\tqueen\t2\nman\tturnip\t3\n")
            pathlib.Path(questions).write_text(": family\nman woman king queen\nman king woman queen\nman x y z\n")
            (pearson, _), (spearman, _), missing = wv.evaluate_word_pairs(pairs)
            self.assertEqual((spearman, missing, pearson > 0.9), (1, 25, True))
            score, sections = wv.evaluate_word_analogies(questions)
            self.assertEqual([section["section"] for section in sections], ["family", "Total accuracy"])
            self.assertEqual(len(sections[1]["correct"]) + len(sections[1]["incorrect"]), 2)
            self.assertEqual(score, len(sections[0]["correct"]) / 2)
            self.assertIn(("man", "woman", "king", "queen"), sections[0]["correct"])
            for most in (300_000, None):
                product = wv.evaluate_word_analogies(questions, most, similarity_function="most_similar_cosmul")
                self.assertEqual(product, (score, sections))
            self.assertEqual(wv.evaluate_word_analogies(questions, 2)[0], 0)
            self.assertRaises(ValueError, wv.evaluate_word_analogies, questions, similarity_function="else")


class ArrayTest(unittest.TestCase):
    def test_numpy_looks_at_the_librarys_memory_and_keeps_it(self):
        wv = vectors()
        one, other = wv.vectors, np.asarray(wv._vectors.center())
        self.assertEqual(one.__array_interface__["data"][0], other.__array_interface__["data"][0])
        self.assertEqual((one.dtype, one.shape, one.flags.writeable), (np.float32, (300, 12), False))
        with self.assertRaises(ValueError):
            one.flags.writeable = True
        copy = one.copy()
        del wv, other
        self.assertTrue((one == copy).all())

    def test_vectors_are_replaced_by_word_and_as_a_whole(self):
        wv = vectors()
        wv["w1"] = np.ones(12)
        wv[["w2", "new"]] = [np.zeros(12), np.ones(12)]
        self.assertEqual((len(wv), wv["w1"].sum(), wv["w2"].sum(), wv["new"].sum()), (301, 12, 0, 12))
        wv.set_vecattr("new", "count", 7)
        wv.vectors = wv.vectors * 2
        self.assertEqual((wv["new"].sum(), wv.get_vecattr("new", "count"), wv.get_vecattr("w1", "count")), (24, 7, 0))
        wv.unit_normalize_all()
        self.assertAlmostEqual(float(np.linalg.norm(wv["new"])), 1, places=6)
        with self.assertRaises(ValueError):
            wv.vectors = np.zeros((3, 12))


class FileTest(unittest.TestCase):
    def test_every_format_is_written_and_read(self):
        wv = vectors()
        for word in wv.index_to_key:
            wv.set_vecattr(word, "count", 3)
        with tempfile.TemporaryDirectory() as folder:
            names = ["a.bin", "a.txt", "a.vec", "a.glove", "a.npy", "a.safetensors", "a.fifu", "a.tsv", "a.mote",
                     "a.bin.gz", "a.txt.zst", "anything", "a.model"]
            for name in names:
                path = os.path.join(folder, name)
                wv.save(path)
                for again in (motevec.load(path), KeyedVectors.load(path)):
                    self.assertEqual(again.index_to_key, wv.index_to_key, name)
                    np.testing.assert_allclose(again.vectors, wv.vectors, rtol=1e-5)
            self.assertEqual(motevec.load(os.path.join(folder, "anything")).get_vecattr("w1", "count"), 3)
            self.assertEqual(len(motevec.load(os.path.join(folder, "a.txt"), limit=7)), 7)
            path = os.path.join(folder, "plain")
            for binary in (True, False):
                wv.save_word2vec_format(path, path + ".vocab", binary=binary)
                again = KeyedVectors.load_word2vec_format(path, path + ".vocab", binary=binary)
                self.assertTrue((again.vectors == wv.vectors).all())
                self.assertEqual(again.get_vecattr("w2", "count"), 3)
            with open(path, "w") as file:
                file.write("2 3\na 1 2 3\nb 1 2\n")
            with self.assertRaises(motevec.InputError) as raised:
                KeyedVectors.load_word2vec_format(path)
            self.assertIn("plain:3: ", str(raised.exception))
            self.assertIsInstance(raised.exception, (ValueError, EOFError))
            with self.assertRaises(FileNotFoundError):
                motevec.load(os.path.join(folder, "missing.bin"))

    def test_pickles_hold_all_that_is_known(self):
        wv = vectors()
        wv.set_vecattr("w1", "color", "red")
        again = pickle.loads(pickle.dumps(wv))
        self.assertTrue((again.vectors == wv.vectors).all())
        self.assertEqual((again.index_to_key, again.get_vecattr("w1", "color")), (wv.index_to_key, "red"))

    def test_maps_are_drawings(self):
        picture = vectors().plot(topn=30, title="A map")
        self.assertIn("<svg", picture._repr_svg_())
        self.assertIn("A map", picture)
        self.assertIn("w7", vectors().plot(["w7", "w8", "w9"]))
        with tempfile.TemporaryDirectory() as folder:
            picture.save(os.path.join(folder, "map.svg"))


class SubwordTest(unittest.TestCase):
    def test_unseen_words_have_vectors(self):
        model = FastText([["eastern", "western", "northern"]] * 50, vector_size=8, min_count=1, bucket=300, sample=0)
        wv = model.wv
        self.assertEqual(("southern" in wv, wv.has_index_for("southern"), "southern" in wv.key_to_index),
                         (True, False, False))
        self.assertEqual(wv["southern"].shape, (8,))
        self.assertEqual(len(wv.most_similar("southern", topn=3)), 3)
        self.assertEqual((wv.min_n, wv.max_n, wv.bucket, wv.vectors_ngrams.shape), (3, 6, 300, (300, 8)))
        self.assertEqual(len(wv.vectors_for_all(["southern", "eastern"])), 2)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.bin")
            motevec.fasttext.save_facebook_model(model, path)
            again = motevec.fasttext.load_facebook_model(path)
            np.testing.assert_allclose(again.wv["southern"], wv["southern"], atol=1e-6)
            self.assertTrue((pickle.loads(pickle.dumps(wv))["southern"] == wv["southern"]).all())


if __name__ == "__main__":
    unittest.main()
