#!/usr/bin/env python3
"""What a notebook does, cell by cell: phrases, training with a bar of progress, questions, a map, files."""

# %% Read the bundled corpus of presidential addresses.
import pathlib
import sys
import tempfile

import motevec

repository = pathlib.Path(__file__).resolve().parents[3]
corpus = repository / "host-cli" / "data" / "addresses.txt.zst"


# %% Train, and show how far it has come.
def progress(done, total, epoch, loss):
    if sys.stderr.isatty():
        print(f"\r{100 * done / total:3.0f} %  epoch {epoch + 1}  loss {loss:.4f}", end="", file=sys.stderr)


model = motevec.Word2Vec(corpus_file=corpus, sg=1, alpha=0.05, epochs=3, progress=progress)
print(repr(model))
print("losses", *(f"{loss:.4f}" for loss in model.losses))

# %% Ask.
for word, cosine in model.wv.most_similar("freedom", topn=3):
    print(f"nearest to freedom: {word} {cosine:.3f}")
print("does not match:", model.wv.doesnt_match("army navy treaty".split()))
matrix = model.wv.vectors
print("a view of", matrix.shape, matrix.dtype)

# %% Look.
picture = model.wv.plot(topn=60, title="Addresses")
assert "<svg" in picture._repr_svg_()

# %% Join phrases, and train on them.
sentences = [["the", "united", "states", "of", "america"], ["the", "united", "states"]] * 20
phrases = motevec.Phrases(sentences, min_count=1, threshold=0.1, connector_words=motevec.ENGLISH_CONNECTOR_WORDS)
print("phrases:", *sorted(phrases.export_phrases()))
motevec.Word2Vec(phrases[sentences], vector_size=10, min_count=1, sample=0)

# %% Keep.
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "addresses.safetensors"
    model.save(path)
    again = motevec.Word2Vec.load(path)
    assert (again.wv.vectors == matrix).all()
    again.wv.save_word2vec_format(path.with_suffix(".bin"), binary=True)
    assert len(motevec.load(path.with_suffix(".bin"))) == len(model.wv)
