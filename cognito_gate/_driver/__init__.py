"""The only code that sends: runs flows, makes the calls they yield, and shares running calls."""
