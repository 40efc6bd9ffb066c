"""What a team would write instead of the service, and the floor beneath both.

Each module is a program: ``.bench/bin/python -m tests.bench.peers.NAME --port
PORT --graph URL``. It answers ``GET /messages?mailbox=…`` with 25 messages and
``GET /messages/{id}?mailbox=…`` with one, in the members that the service has,
as its library's documentation says to: one client for as long as it runs,
connections kept, models in and out, uvicorn with uvloop and httptools, no
access log. None authenticates, limits, keeps, retries, sanitizes or measures
anything, and the token is always there: whatever is left out counts in favour
of the peer.

These import nothing of ours: a team without the service would not have it.
"""
