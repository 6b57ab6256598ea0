"""What is still open: the answers a fact may have, and what each of them would change."""

from convenio.scenarios.answers.ranking import Questions, questions

__all__ = ["Questions", "questions"]
