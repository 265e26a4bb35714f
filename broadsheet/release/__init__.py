"""What analysts open: releases, their history and search, what ties a figure to its bytes, and exports."""
