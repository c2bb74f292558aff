"""HTTP to addresses that strangers chose: where it may go is decided at the socket, anew for each connection."""
