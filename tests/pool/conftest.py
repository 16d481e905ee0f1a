"""What all tests of the pool share."""

from tests.world.aws_files import parsed_once

__all__ = ["parsed_once"]
