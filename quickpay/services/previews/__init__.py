"""What a patient would meet if a group were saved as it stands; all of it invented."""
