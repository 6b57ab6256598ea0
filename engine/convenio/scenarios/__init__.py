"""What if, what is missing, what would fix it, how sure are we: answered from the rules."""
