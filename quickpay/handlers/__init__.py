"""The web: read a request, call one service method, answer."""
