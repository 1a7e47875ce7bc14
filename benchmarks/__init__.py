"""Benchmarks: what archiver costs, beside its peers, measured in the same run."""
