"""What a fleet of workers survives: `make faults`. Each fault is made for real, with real servers,
and counted by what a visitor would have noticed."""
