"""What is done in the background: the relay, jobs and timers, retention."""
