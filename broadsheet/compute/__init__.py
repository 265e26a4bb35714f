"""Where parsing and inference run when one machine is too small: on Ray, behind the same functions of tables."""
