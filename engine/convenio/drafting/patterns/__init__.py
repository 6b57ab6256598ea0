"""The words that say a fact, one file for each language, so that a lawyer can read them."""
