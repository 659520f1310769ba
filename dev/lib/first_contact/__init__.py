"""`dev/first-contact`: ten checks of a demo account at Viva, and what differs from what the code
assumes."""
