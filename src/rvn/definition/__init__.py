"""What an author writes: strict YAML, its models, its expressions and its checks; ends in a plan."""
