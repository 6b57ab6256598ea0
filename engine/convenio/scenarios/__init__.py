"""What if, what is missing, what would fix it, how sure are we: answers from the rules themselves."""
