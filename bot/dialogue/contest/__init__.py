"""Contests in the chat: what is open, registering, the paper, the result."""
