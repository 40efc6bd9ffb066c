"""Every metric, span and log event of the service, named once.

``meaning`` says what a signal tells and ``action`` what to do about it. No
attribute or member ever holds a mailbox, a subject, a body or a token, and
none but those of ``audit`` an id; log events may carry nothing that is not
declared here.
"""
