"""What is measured: functions that pytest runs round by round, with the fixtures of the suite."""
