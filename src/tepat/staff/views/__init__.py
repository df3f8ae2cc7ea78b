"""The pages of one's own account, of users, and of what was done."""
