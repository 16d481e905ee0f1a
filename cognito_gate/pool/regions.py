"""Regions in which a pool cannot be what the options say, each with the reason.

Knows the partitions of AWS; must not know how a pool is deployed.
"""

from .options import PoolOptions
from .stack import StackProblem


def check_region(region: str, options: PoolOptions) -> None:
    """Raises StackProblem, before anything is asked of AWS."""
    if region.startswith("cn-"):
        # botocore 1.44, endpoints.json: identity pools are there, and no `cognito-idp`.
        raise StackProblem(f"There are no user pools in AWS's China Regions, such as {region}.")
    if region.startswith("us-gov-") and options.custom_domain:
        # AWS GovCloud (US) User Guide, Amazon Cognito.
        raise StackProblem(
            f"GovCloud Regions, such as {region}, have no custom domains: no --custom-domain."
        )
    if region.startswith("eusc-") and options.sign_in_pages == "hosted":
        raise StackProblem(
            f"What login domains are called in {region} is not documented, so that the gate could "
            "not send anybody there. --sign-in-pages custom needs none."
        )
