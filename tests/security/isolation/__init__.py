"""Does anybody ever see what belongs to somebody else?"""
