"""What a request costs, side by side with what a team would write instead."""
