"""The programme that places hours: its parts, its solution by HiGHS, and an independent check of every plan."""
