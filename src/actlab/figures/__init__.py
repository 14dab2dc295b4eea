"""Numbers and names in, pictures out: nothing here trains a network or measures one."""
