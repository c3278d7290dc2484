"""What things cost here, measured side by side: `python -m benchmarks`."""
