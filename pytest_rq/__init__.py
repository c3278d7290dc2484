"""A test harness for RQ: run jobs in tests as a worker would, without a server."""
