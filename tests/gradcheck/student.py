"""The losses of word2vec in plain Python, for motevec gradcheck: student.py CASES.json RESULTS.json [SLIP]"""
import json
import math
import sys

cases_path, results_path, *slip = sys.argv[1:]
with open(cases_path) as file:
    given = json.load(file)
V, U = given["center_vectors"], given["outside_vectors"]


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def softmax(v, o):
    """The loss, and the error of each word."""
    exps = [math.exp(dot(u, v)) for u in U]
    y_hat = [e / sum(exps) for e in exps]
    return -math.log(y_hat[o]), [(w, y - (w == o)) for w, y in enumerate(y_hat)]


def negative_sampling(v, o, negatives):
    loss, errors = -math.log(sigmoid(dot(U[o], v))), [(o, sigmoid(dot(U[o], v)) - 1)]
    for w in set(negatives) if slip == ["repeats"] else negatives:
        score = dot(U[w], v)
        loss -= math.log(sigmoid(-score))
        errors.append((w, sigmoid(score) - 1 if slip == ["sign"] else sigmoid(score)))
    return loss, errors


def hierarchical_softmax(v, o):
    loss, errors = 0, []
    for node, bit in given["paths"][o]:
        score = dot(U[node], v)
        loss -= math.log(sigmoid((1 - 2 * bit) * score))
        errors.append((node, sigmoid(score) - (bit if slip == ["label"] else 1 - bit)))
    return loss, errors


results = []
for case in given["cases"]:
    words, cbow = case["outside"], case.get("architecture") == "cbow"
    v = [sum(V[w][d] for w in words) / len(words) for d in range(len(V[0]))] if cbow else V[case["center"]]
    loss, by_hidden, by_outside = 0, [0] * len(v), [[0] * len(v) for _ in U]
    for i, o in enumerate([case["center"]] if cbow else words):
        if case.get("loss") == "hierarchical-softmax":
            pair_loss, errors = hierarchical_softmax(v, o)
        elif case["negatives"]:
            pair_loss, errors = negative_sampling(v, o, case["negatives"][i])
        else:
            pair_loss, errors = softmax(v, o)
        loss += pair_loss
        for w, error in errors:
            by_hidden = [g + error * x for g, x in zip(by_hidden, U[w])]
            by_outside[w] = [g + error * x for g, x in zip(by_outside[w], v)]
    by_center = by_hidden
    if cbow:
        share = 1 if slip == ["whole"] else 1 / len(words)
        count = (lambda w: w in words) if slip == ["words"] else words.count
        by_center = [[count(w) * share * g for g in by_hidden] for w in range(len(V))]
    results.append({"name": case["name"], "loss": loss, "grad_center": by_center, "grad_outside": by_outside})
with open(results_path, "w") as file:
    json.dump({"cases": results}, file)
