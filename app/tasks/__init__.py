"""What users can ask for, and what runs it."""
