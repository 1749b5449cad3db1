"""``boundary review``: a local page on which people look at what a policy does to samples, and approve it.

Who may do what in which state stands in `states`; everything that was done stands in one log (`log`), and whatever the
page says about a policy is worked out from that log (`case`), so that nothing else has to be kept in step with it.
"""
