"""Who a client of the server is, unless a test says otherwise."""

ACCOUNT = "123456789012"
REGION = "us-east-1"
ACCESS_KEY = "AKIAINTEGRATION00001"
SECRET_KEY = "integration/secret/key/of/forty/letters0"


def iam_refusal(account, action, resource):
    """How IAM words it."""
    return (
        f"User: arn:aws:sts::{account}:assumed-role/exporter/session is not authorized to perform: {action} on"
        f" resource: {resource} because no identity-based policy allows the {action} action"
    )
