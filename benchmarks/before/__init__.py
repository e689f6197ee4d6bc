"""Comparisons with the commit before small networks trained in folded loops."""
