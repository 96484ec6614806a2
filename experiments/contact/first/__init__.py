"""Programs that train one batch, each in an environment that holds nothing but its framework.

They run by their path, import nothing of this project, read one job as JSON and print one answer.
"""
