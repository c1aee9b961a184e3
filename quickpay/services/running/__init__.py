"""What keeps the house: upkeep, health, checks and alarms."""
