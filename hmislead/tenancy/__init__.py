"""The tenant and the first of the three nets around it (architecture section 4)."""
