"""One user journey per file, each a generator that yields `HttpCall`s and returns its result."""
