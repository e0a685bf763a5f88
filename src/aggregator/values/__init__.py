"""Plain checks that need nothing else: web addresses, clean text, the types of fields."""
