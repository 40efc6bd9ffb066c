"""Never lost, never twice: the service killed while it sends."""
