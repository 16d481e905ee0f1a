"""The command `cognito-gate`, also as `python -m cognito_gate`: loads the command line, or says
how to install what it needs. The plain installation is the middleware alone.
"""

import sys

from ._extras import missing_library, needs


def main() -> None:
    """Run the command line. Without the extra `cli`, exit with one sentence."""
    try:
        from .cli import main as command_line  # noqa: PLC0415 - it may lack its libraries
    except ModuleNotFoundError as error:
        sys.exit(f"cognito-gate {needs(missing_library(error, 'click', 'uvicorn'), 'cli')}")
    command_line()


if __name__ == "__main__":
    main()
