"""One file a revision, `m0001_...` and so on; what was released is never edited."""
