"""Proposes facts that stand in a document, each with its page and its words.

Nothing that is proposed counts until a person has accepted it.
"""
