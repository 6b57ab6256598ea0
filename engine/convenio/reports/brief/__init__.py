"""What a brief shows: its pages, figures, audiences, themes, and what is embedded in it."""
