"""What the programmes say of a family, and why."""
