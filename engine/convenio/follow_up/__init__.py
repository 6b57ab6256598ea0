"""What comes after an assessment: deadlines, portfolios, decisions, second readers, precedents."""
