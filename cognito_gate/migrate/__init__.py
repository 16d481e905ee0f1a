"""Finds in somebody's code what has to change when an app moves to cognito-gate.

Reads source as text and syntax trees, and never imports or changes it.
"""
