"""Money of a case (资金): plan, households' shares, matching funds, grants, spending, and what the public sees."""
