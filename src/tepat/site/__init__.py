"""The Django project: settings, addresses, what surrounds every request."""
