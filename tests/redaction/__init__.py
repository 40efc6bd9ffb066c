"""Does anything that is confidential leave the service where it must not?"""
