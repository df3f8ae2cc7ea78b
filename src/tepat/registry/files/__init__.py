"""Reading files as people send them: `read.read_input` makes families and members of them."""
