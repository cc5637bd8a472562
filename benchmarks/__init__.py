"""What the bot is measured by; `python -m benchmarks` runs all of it."""
