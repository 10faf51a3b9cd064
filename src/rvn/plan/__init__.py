"""What an instrument means, and the readers that compute it; knows no file, no frame and no screen."""
