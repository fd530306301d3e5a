"""Several rooms together as a user meets them: commands, the database, the service, real data where it is at hand."""
