"""Phrases of sentences."""

import os
import pickle
import tempfile
import unittest

from motevec import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phrases

TEXT = [line.split() for line in ["new york is large", "new york is old", "the bank of america is in new york",
                                  "a bank of america"]]


class PhrasesTest(unittest.TestCase):
    def test_phrases_are_joined(self):
        phrases = Phrases(iter(TEXT), min_count=1, threshold=0.5, connector_words=ENGLISH_CONNECTOR_WORDS)
        for phrases in (phrases, phrases.freeze(), pickle.loads(pickle.dumps(phrases)),
                        pickle.loads(pickle.dumps(phrases.freeze()))):
            self.assertEqual(phrases["so new york has a bank of america".split()],
                             ["so", "new_york", "has", "a", "bank_of_america"])
            joined = phrases[iter(TEXT)]
            self.assertEqual([len(sentence) for sentence in joined], [3, 3, 5, 2])
            self.assertEqual(set(phrases.find_phrases(TEXT)), {"new_york", "bank_of_america"})

    def test_more_is_learned_and_what_is_frozen_stays(self):
        phrases = Phrases(TEXT, min_count=1, threshold=0.5)
        frozen = phrases.freeze()
        self.assertEqual((phrases.vocab["new_york"], phrases.corpus_word_count), (3, 20))
        phrases.add_vocab([["old", "town"], ["old", "town"]])
        self.assertEqual(phrases[["old", "town"]], ["old_town"])
        self.assertEqual(frozen[["old", "town"]], ["old", "town"])
        self.assertIn("old_town", phrases.export_phrases())
        self.assertNotIn("old_town", frozen.phrasegrams)

    def test_they_are_saved(self):
        phrases = Phrases(TEXT, min_count=1, threshold=0.5)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "phrases.pkl")
            phrases.save(path)
            self.assertEqual(Phrases.load(path).export_phrases(), phrases.export_phrases())
            with self.assertRaises(AttributeError):
                FrozenPhrases.load(path)

    def test_what_is_impossible_is_said(self):
        for arguments in (dict(min_count=0), dict(threshold=-1), dict(scoring="else"), dict(scoring=print),
                          dict(scoring="npmi", threshold=2), dict(delimiter="")):
            with self.assertRaises(ValueError):
                Phrases(TEXT, **arguments)
        phrases = Phrases(TEXT, min_count=1, threshold=0.5)
        for ask in (lambda: Phrases(["new york"]), lambda: Phrases(TEXT, connector_words="of"),
                    lambda: phrases["new york"], lambda: phrases.find_phrases("new york"),
                    lambda: list(phrases[iter([["new"], "york"])])):
            self.assertRaises(TypeError, ask)


if __name__ == "__main__":
    unittest.main()
