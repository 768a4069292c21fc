"""A CloudWatch Logs, S3, STS and DynamoDB on loopback, and a Lambda Runtime API, that behave as AWS documents them.

S3, STS and DynamoDB are moto's, corrected where a client could tell the difference (s3.py). CloudWatch Logs is our
own (logs.py, exports.py), because export tasks are what this project is about: one active task, inclusive windows,
prefixes instead of names, metadata that lags. Everything that a test may want to provoke is a switch (settings.py) or
a fault (faults.py), set through a control channel on the same port (control.py).

    python -m aws.server --port-file F        # with PYTHONPATH=tests/integration
"""
