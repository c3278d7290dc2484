"""The katas: exercises in testing background jobs, graded by correct and by broken apps."""
