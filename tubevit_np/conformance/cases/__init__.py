"""What is asked, by subject; all.py has everything in order."""
