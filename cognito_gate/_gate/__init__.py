"""The decisions: what each request may do. No I/O, no clock, no framework."""
