"""What can be wrong with families and members: `check.check` finds it, `catalogue` names it."""
