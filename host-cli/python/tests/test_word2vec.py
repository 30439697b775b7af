"""Training: the same bytes as the command line, and everything that Python adds to it."""

import contextlib
import os
import pathlib
import pickle
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

import numpy as np

import motevec
from motevec import FastText, KeyedVectors, Word2Vec

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("MOTEVEC") or shutil.which("motevec")


def topics(sentences=600, words=12):
    """Sentences about ten topics of eight words each: words of a topic go together, and with nothing else."""
    random = np.random.default_rng(7)
    return [[f"t{topic}w{word}" for word in random.integers(8, size=words)]
            for topic in random.integers(10, size=sentences)]


@contextlib.contextmanager
def file_of(sentences):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "text.txt"
        path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences), encoding="utf8")
        yield path


@contextlib.contextmanager
def hearing_ctrl_c():
    """As from a terminal: what a shell starts in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


SMALL = dict(vector_size=20, sample=0, min_count=1)


class TrainingTest(unittest.TestCase):
    def test_a_file_gives_the_bytes_of_the_command_line(self):
        if not PROGRAM:
            self.skipTest("MOTEVEC does not name the program")
        variants = [
            (Word2Vec, dict(sg=1), ["--lr", "0.025"], "bin"),
            (Word2Vec, dict(sg=0), ["--architecture", "cbow", "--cbow-gradient", "word2vec", "--lr", "0.025"], "bin"),
            (Word2Vec, dict(sg=1, hs=1, negative=0, min_alpha=0.005),
             ["--loss", "hierarchical-softmax", "--schedule", "linear=0.2"], "safetensors"),
            (Word2Vec, dict(sg=1, window=3, negative=7, seed=-5, alpha=0.05, max_final_vocab=50),
             ["--window", "3", "--negatives", "7", "--seed", str(2 ** 64 - 5), "--lr", "0.05", "--max-vocab", "50"],
             "safetensors"),
            (Word2Vec, dict(sg=1, shrink_windows=False), ["--lr", "0.025", "--window-draw", "fixed"], "safetensors"),
            (FastText, dict(sg=1, bucket=1000), ["--subwords", "--min-n", "3", "--max-n", "6", "--buckets", "1000"],
             "safetensors"),
        ]
        with file_of(topics(3000)) as path:
            for kind, arguments, options, ending in variants:
                mine, theirs = path.with_name(f"mine.{ending}"), path.with_name(f"theirs.{ending}")
                kind(corpus_file=path, epochs=2, workers=2, **{**SMALL, "sample": 1e-3, **arguments}).save(mine)
                command = [PROGRAM, "--quiet", "train", path, "-o", theirs, "--dim", "20", "--epochs", "2",
                           "--min-count", "1", "--subsample", "1e-3", "--threads", "1", *options]
                subprocess.run(command, check=True)
                self.assertEqual(mine.read_bytes(), theirs.read_bytes(), options)

    def test_sentences_give_what_their_file_gives(self):
        text = topics()
        with file_of(text) as path:
            of_file = Word2Vec(corpus_file=path, **SMALL)
        for sentences in (text, iter(text), (tuple(sentence) for sentence in text), np.array(text)):
            model = Word2Vec(sentences, workers=1, **SMALL)
            self.assertEqual(model.wv.index_to_key, of_file.wv.index_to_key)
            self.assertTrue((model.wv.vectors == of_file.wv.vectors).all())
            self.assertEqual((model.corpus_count, model.corpus_total_words), (600, 7200))

    def test_it_learns(self):
        tree, subwords = dict(sg=1, hs=1, negative=0), dict(sg=1, bucket=999)
        for kind, arguments in [(Word2Vec, {}), (Word2Vec, tree), (FastText, subwords)]:
            model = kind(topics(), epochs=40, alpha=0.05, **SMALL, **arguments)
            near = model.wv.most_similar("t3w0", topn=3)
            self.assertTrue(all(word.startswith("t3") for word, _ in near), (kind, arguments, near))
            self.assertLess(model.losses[-1], model.losses[0])
            self.assertEqual(model.get_latest_training_loss(), model.losses[-1])

    def test_steps_are_the_whole(self):
        text = topics()
        whole = Word2Vec(text, sg=1, **SMALL)
        model = Word2Vec(sg=1, **SMALL)
        model.build_vocab(text)
        self.assertEqual((len(model.wv), model.wv.get_vecattr("t1w1", "count") > 0), (80, True))
        before = model.wv.vectors.copy()
        done, words = model.train(text, total_examples=model.corpus_count, epochs=model.epochs)
        self.assertEqual((done, words), (36000, 36000))
        self.assertFalse((model.wv.vectors == before).any())
        self.assertTrue((model.wv.vectors == whole.wv.vectors).all() and (model.syn1neg == whole.syn1neg).all())

    def test_callbacks_see_the_model_after_each_epoch_and_do_not_change_it(self):
        seen = []

        class Watch:
            def on_epoch_end(self, model):
                seen.append((len(model.losses), model.wv.vectors.copy()))

            def on_train_end(self, model):
                seen.append("end")

        model = Word2Vec(topics(), callbacks=[Watch()], **SMALL)
        self.assertEqual([epoch[0] for epoch in seen], [1, 2, 3, 4, 5, "e"])
        self.assertFalse((seen[0][1] == seen[1][1]).all())
        self.assertTrue((seen[4][1] == model.wv.vectors).all())
        self.assertTrue((Word2Vec(topics(), **SMALL).wv.vectors == model.wv.vectors).all())

    def test_progress_is_told_and_may_stop_training(self):
        told = []
        Word2Vec(topics(), progress=lambda *progress: told.append(progress), **SMALL)
        done, total, epoch, loss = told[-1]
        self.assertEqual((done, epoch), (total, 4))
        self.assertGreater(loss, 0)

        class Enough(Exception):
            pass

        def stop(*_):
            raise Enough

        model = Word2Vec(**SMALL)
        model.build_vocab(topics())
        before = model.wv.vectors.copy()
        with self.assertRaises(Enough):
            model.train(topics(), total_examples=600, epochs=100_000, progress=stop)
        self.assertFalse((model.wv.vectors == before).all())

    def test_ctrl_c_stops_training_and_other_threads_go_on(self):
        count = [0]
        over = threading.Event()

        def work():
            while not over.wait(0.01):
                count[0] += 1
                if count[0] == 20:
                    os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            with hearing_ctrl_c(), self.assertRaises(KeyboardInterrupt):
                Word2Vec(topics(), epochs=1_000_000, **SMALL)
        finally:
            over.set()
            thread.join()
        self.assertGreaterEqual(count[0], 20)

    def test_ctrl_c_is_heard_while_a_file_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "pipe")
            os.mkfifo(path)
            for read in (lambda: Word2Vec(corpus_file=path), lambda: motevec.load(path)):
                timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
                with hearing_ctrl_c():
                    timer.start()
                    self.assertRaises(KeyboardInterrupt, read)
                timer.join()
                # What still reads comes to its end.
                with open(path, "w"):
                    pass

    def test_new_words_join_and_known_ones_keep_their_vectors(self):
        model = Word2Vec(topics(), **SMALL)
        before = model.wv["t1w1"].copy()
        model.build_vocab([["t1w1", "new"]] * 5, update=True)
        self.assertTrue((model.wv["t1w1"] == before).all())
        self.assertEqual((len(model.wv), model.wv.get_vecattr("new", "count")), (81, 5))
        model.train([["t1w1", "new"]] * 5, total_examples=5, epochs=3)
        self.assertFalse((model.wv["t1w1"] == before).all())

    def test_a_text_that_teaches_nothing_is_a_warning(self):
        with self.assertLogs("motevec.word2vec", "WARNING") as said:
            model = Word2Vec([["a", "b"]] * 5, min_count=1, sample=1e-12)
        self.assertIn("raise sample", said.output[0])
        self.assertEqual(len(model.wv), 2)

    def test_a_rule_says_which_words_stay(self):
        def rule(word, count, min_count):
            self.assertEqual(min_count, 100)
            return {"rare": 2, "t1w1": 1}.get(word, 0)

        text = topics() + [["rare", "words"]]
        model = Word2Vec(text, trim_rule=rule, **{**SMALL, "min_count": 100})
        of_file = Word2Vec(topics(), **SMALL)
        rest = {word for word in of_file.wv.index_to_key if of_file.wv.get_vecattr(word, "count") >= 100}
        self.assertEqual(set(model.wv.index_to_key), (rest | {"rare"}) - {"t1w1"})
        with self.assertRaises(ZeroDivisionError):
            Word2Vec(text, trim_rule=lambda *_: 1 / 0)

    def test_a_saved_model_is_the_same_and_trains_on(self):
        with tempfile.TemporaryDirectory() as folder:
            for kind, arguments in [(Word2Vec, dict(sg=1, window=3, shrink_windows=False)),
                                    (FastText, dict(bucket=500, min_n=2))]:
                model = kind(topics(), epochs=3, seed=9, **SMALL, **arguments)
                path = os.path.join(folder, "word2vec.model")
                model.save(path)
                for again in (kind.load(path), pickle.loads(pickle.dumps(model))):
                    self.assertTrue((again.wv.vectors == model.wv.vectors).all())
                    self.assertTrue((again.syn1neg == model.syn1neg).all())
                    settings = [(m.window, m.sg, m.epochs, m.seed, m.sample, m.min_count, m.shrink_windows)
                                for m in (model, again)]
                    self.assertEqual(*settings)
                    again.train(topics(), total_examples=600, epochs=1)
                    self.assertFalse((again.wv.vectors == model.wv.vectors).all())
                self.assertIs(type(motevec.load(path)), type(model.wv))
            tree = Word2Vec(topics(), hs=1, negative=0, **SMALL)
            tree.save(path)
            for again in (Word2Vec.load(path), pickle.loads(pickle.dumps(tree))):
                self.assertTrue(tree.syn1.any() and (again.syn1 == tree.syn1).all())

    def test_what_is_assigned_to_a_word_leaves_the_rest_of_the_model(self):
        model = Word2Vec([["a", "b", "c"]] * 50, vector_size=4, min_count=1, window=2, epochs=2, sample=0)
        outside = model.syn1neg.copy()
        model.wv["b"] = np.ones(4)
        model.wv.add_vector("d", np.zeros(4))
        np.testing.assert_array_equal(model.syn1neg, np.vstack([outside, np.zeros(4)]))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.safetensors")
            model.save(path)
            self.assertEqual(Word2Vec.load(path).window, 2)
        # A word of which nothing is counted cannot be trained on; with a count it can.
        model.wv.set_vecattr("d", "count", 7)
        model.train([["a", "d"]] * 50, total_examples=50, epochs=1)
        self.assertTrue(model.wv["d"].any())

    def test_what_is_impossible_is_said_with_the_names_of_python(self):
        # 800 gigabytes for each matrix.
        many_words = ([str(word)] * 5 for word in range(200_000))
        cases = [
            (ValueError, "vector_size 0: ", lambda: Word2Vec(vector_size=0)),
            (ValueError, "alpha -1: ", lambda: Word2Vec(alpha=-1)),
            (ValueError, "min_alpha -1: ", lambda: Word2Vec(min_alpha=-1)),
            (ValueError, "give negative > 0, or hs=1", lambda: Word2Vec(negative=0)),
            (ValueError, "ns_exponent=1 is not supported", lambda: Word2Vec(ns_exponent=1)),
            (TypeError, "not a str: split it", lambda: Word2Vec(["a sentence"])),
            (TypeError, "must be a str, not int", lambda: Word2Vec([[1, 2]])),
            (TypeError, "either sentences or corpus_file", lambda: Word2Vec([["a"]], "file")),
            (RuntimeError, "the sentences contain no words", lambda: Word2Vec([])),
            (RuntimeError, "lower min_count", lambda: Word2Vec([["a", "b"]])),
            (ValueError, "vector_size 1048576: ", lambda: Word2Vec(topics(), vector_size=2 ** 20)),
            (MemoryError, "lower vector_size, or keep", lambda: Word2Vec(many_words, vector_size=10 ** 6)),
            (FileNotFoundError, "/no/such/file: ", lambda: Word2Vec(corpus_file="/no/such/file")),
            (FileNotFoundError, "no folder `/no/such`: create it",
             lambda: Word2Vec(topics(9), **SMALL).save("/no/such/model")),
            (RuntimeError, "first build vocabulary", lambda: Word2Vec().train([["a"]], total_examples=1, epochs=1)),
            (ZeroDivisionError, "division", lambda: Word2Vec((1 / 0 for _ in range(2)))),
        ]
        for kind, message, call in cases:
            with self.assertRaises(kind) as raised:
                call()
            self.assertIn(message, str(raised.exception))

    def test_advice_is_for_python(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "text.txt")
            pathlib.Path(path).write_bytes(b"caf\xe9 au lait\n")
            with self.assertRaises(motevec.InputError) as raised:
                Word2Vec(corpus_file=path)
            self.assertEqual(str(raised.exception), f"{path}:1: invalid UTF-8; convert the file to UTF-8")

    def test_models_say_what_they_are(self):
        model = FastText(topics(50), sg=1, **SMALL)
        self.assertEqual(repr(model), "<FastText: 80 words × 20, skip-gram, 5 negatives, window 5>")
        self.assertIn("<svg", model._repr_html_())
        self.assertEqual(repr(KeyedVectors(3)), "<KeyedVectors: 0 words × 3>")
        self.assertIn("0 words", KeyedVectors(3)._repr_html_())


if __name__ == "__main__":
    unittest.main()
