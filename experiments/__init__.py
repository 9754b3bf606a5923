"""Own Litmus experiments: Litmus' names, variables and results, in Python; they run under Litmus' operator as well."""
