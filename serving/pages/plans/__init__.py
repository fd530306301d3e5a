"""Plans: the list, the builder where plans are sketched and made, and the page of one plan."""
