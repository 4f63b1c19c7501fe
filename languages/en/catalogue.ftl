# What is offered: APIs, products, guides, search, status, incidents, questions, asking for access.
