"""Histories: many callers do one kind of thing, write down what they saw, and the whole is judged afterwards."""
