"""Run the lessons and make notebooks and web pages of them."""
