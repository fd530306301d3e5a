"""What a plan must keep: families of rules, made from settings; and which of them clash where none can be kept."""
