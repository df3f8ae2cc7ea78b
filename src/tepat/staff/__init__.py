"""Users, their roles, the places they work in, and how a session proves who it is."""
