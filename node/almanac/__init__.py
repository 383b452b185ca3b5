"""Days as offices count them: ISO weeks, quarters, working days, the lunar calendar. Pure."""
