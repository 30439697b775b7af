"""Exceptions beside Python's own."""


class InputError(ValueError, EOFError):
    """A file does not hold what it should; the message says where.

    It is both what gensim raises for bad content and what it raises for a file that ends early.
    """
