"""The library and its rules, without an orchestrator."""
