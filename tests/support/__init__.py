"""What tests share: virtual time, a caller, a scripted Graph."""
