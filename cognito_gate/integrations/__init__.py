"""One thin module per framework. Each imports its framework: import only the one you use."""
