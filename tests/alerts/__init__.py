"""Whether somebody is called when it is time to, and never otherwise."""
