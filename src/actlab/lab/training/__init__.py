"""Small networks that learn while a page watches them."""
