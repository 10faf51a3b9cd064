"""What goes out to other systems: test vectors, so that another implementation can prove that it scores alike."""
