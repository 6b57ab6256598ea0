"""What searches and scenarios came to, as blocks to read and as data."""
