"""What tests share: fakes as classes, builders of small inputs, and where the larger data is. Holds no tests."""
