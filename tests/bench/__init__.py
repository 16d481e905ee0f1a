"""What the gate costs, as ratios measured in one run. Run by `make bench`, never by pytest."""
