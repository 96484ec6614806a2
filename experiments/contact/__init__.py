"""What meets a newcomer: how long each framework takes to import, to install, to train a first batch."""
