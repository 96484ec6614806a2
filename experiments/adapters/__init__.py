"""Runs a workload's plain program in one framework, from outside: seeds, weights, order, modes, clock."""
