"""Tests of LiveNet."""
