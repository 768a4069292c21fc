"""Who a client of the server is, unless a test says otherwise."""

ACCOUNT = "123456789012"
REGION = "us-east-1"
ACCESS_KEY = "AKIAINTEGRATION00001"
SECRET_KEY = "integration/secret/key/of/forty/letters0"
