"""One user journey per file, each a generator that yields `Ask`s and returns its result."""
