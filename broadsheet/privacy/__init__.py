"""What keeps people from being named, and what forgets them: masks, keyed ids, tombstones, erasure in every store."""
