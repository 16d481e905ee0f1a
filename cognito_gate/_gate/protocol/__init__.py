"""Pure mechanisms, one per file. They never import each other, never yield, never read a clock."""
