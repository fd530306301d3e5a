"""The auditor's desk: the record searched, opened, replayed, proven, sampled and exported."""
