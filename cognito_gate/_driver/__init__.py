"""The only code that sends: runs a flow, makes the calls it asks for, shares those under way."""
