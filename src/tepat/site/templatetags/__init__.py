"""What templates may say and draw: `words` for texts and numbers, `components` for the partials."""
