"""A certificate authority, servers that speak TLS, and proxies: what the transport is tested with."""
