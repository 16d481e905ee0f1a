"""Pure mechanisms, one per file. They never import each other, never yield, never read a clock.

Two are made of two files, where one would be too long: idp (idp_answers) and screens (languages).
"""
