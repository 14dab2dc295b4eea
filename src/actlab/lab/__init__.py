"""A local web page on which a learner sees activation functions move, and the server behind it."""
