"""One module at a time: no process, no network, files only under tmp_path, each test well under a second."""
