"""Mutation of rules: one small change at a time, and whether any example notices it."""
